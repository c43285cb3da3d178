//! The web server.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::load::Flaw;
use super::value;

/// Section `http`.
#[derive(Debug, Clone, Deserialize)]
pub struct HttpSettings {
    /// The address and port to listen on.
    #[serde(deserialize_with = "value::parsed")]
    pub bind: SocketAddr,
    /// The address under which browsers reach the server. See [`Settings::public_url`](super::Settings::public_url).
    #[serde(deserialize_with = "value::optional")]
    pub public_url: Option<Url>,
    /// Proxies whose `X-Forwarded-For` is believed.
    #[serde(deserialize_with = "value::parsed_list")]
    pub trusted_proxies: Vec<TrustedProxy>,
    /// Serving threads; see [`workers`](Self::workers).
    workers: u16,
    /// Largest body of a JSON request, in bytes.
    pub body_bytes_max: usize,
    /// Largest uploaded file, in bytes.
    pub upload_bytes_max: u64,
    drain_seconds: u64,
    drain_notice_seconds: u64,
    drain_spread_seconds: u64,
}

/// How the server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrainTimes {
    /// From the signal to the end, whatever hangs.
    pub deadline: Duration,
    /// How long load balancers have to notice before anybody is sent away.
    pub notice: Duration,
    /// The time over which sockets are closed.
    pub spread: Duration,
}

impl HttpSettings {
    /// How many threads serve; one for each processor where none is set.
    #[must_use]
    pub fn workers(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            set => usize::from(set),
        }
    }

    /// How the server is stopped.
    #[must_use]
    pub const fn drain(&self) -> DrainTimes {
        DrainTimes {
            deadline: Duration::from_secs(self.drain_seconds),
            notice: Duration::from_secs(self.drain_notice_seconds),
            spread: Duration::from_secs(self.drain_spread_seconds),
        }
    }

    pub(super) fn check(&self) -> Result<(), Flaw> {
        if let Some(url) = &self.public_url {
            check_public_url(url)?;
        }
        Flaw::unless_within("http.workers", self.workers.into(), 0..=1_024)?;
        Flaw::unless_within("http.body_bytes_max", self.body_bytes_max as u64, 1_024..=64 << 20)?;
        Flaw::unless_within("http.upload_bytes_max", self.upload_bytes_max, 1_024..=1 << 30)?;
        Flaw::unless_within("http.drain_seconds", self.drain_seconds, 1..=3_600)?;
        let notice_max = self.drain_seconds.saturating_sub(1);
        Flaw::unless_within("http.drain_notice_seconds", self.drain_notice_seconds, 0..=notice_max)?;
        Flaw::unless_within("http.drain_spread_seconds", self.drain_spread_seconds, 0..=3_600)
    }
}

fn check_public_url(url: &Url) -> Result<(), Flaw> {
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if plain {
        return Ok(());
    }
    Err(Flaw::new("http.public_url", "it must be http:// or https:// and a host, with nothing after it"))
}

/// A proxy, or a network of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(pub IpNet);

impl std::str::FromStr for TrustedProxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
            .map(Self)
            .map_err(|_| format!("`{text}` is neither an IP address nor a network such as 10.0.0.0/8"))
    }
}
