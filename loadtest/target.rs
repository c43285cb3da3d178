//! Where the load goes, and where it comes from.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::num::NonZeroU32;

use http::{HeaderValue, Uri};
use thiserror::Error;

use crate::scenario::{Beginning, Kind, PhasePlan, Reach, Scenario, SocketPlan};

/// Sockets for which one source address has ports enough: Linux gives out some 28,000.
const SOCKETS_PER_SOURCE: u32 = 20_000;

/// A server to load, resolved once.
#[derive(Debug)]
pub(crate) struct Target {
    /// The socket's `ws` address.
    pub(crate) uri: Uri,
    /// Where that is.
    pub(crate) address: SocketAddr,
    /// The handshake's `Origin`.
    pub(crate) origin: Option<HeaderValue>,
    /// How many loopback addresses to connect from; with one, the system chooses.
    sources: u32,
}

/// Why there is nothing to load.
#[derive(Debug, Error)]
pub(crate) enum TargetError {
    #[error("`{0}` is no address of a server: one such as http://127.0.0.1:8080 is needed")]
    Unreadable(String),
    #[error("`{0}` needs TLS, which this program does not speak: load the server behind the proxy")]
    Tls(String),
    #[error("{0} is not this machine; --allow-remote loads it all the same, if it is yours")]
    Remote(SocketAddr),
    #[error("the origin can't stand in a header")]
    Origin,
    #[error("the server's name does not resolve")]
    Resolve(#[from] io::Error),
}

impl Target {
    /// Where a scenario's sockets go: the visitor socket of its chatbot on each server, or the addresses as they are.
    ///
    /// # Errors
    /// When an address is none, or none that may be loaded.
    pub(crate) fn all(scenario: &Scenario) -> Result<Vec<Self>, TargetError> {
        let urls = scenario.target.urls.iter();
        let sockets = sockets_at_most(scenario);
        urls.map(|url| match &scenario.target.chatbot {
            Some(chatbot) => {
                let base = url.trim_end_matches('/');
                Self::socket(&format!("{base}/v1/chatbots/{chatbot}/socket"), scenario, sockets)
            }
            None => Self::socket(url, scenario, sockets),
        })
        .collect()
    }

    /// A WebSocket at `url`; `http` says the same as `ws`.
    fn socket(url: &str, scenario: &Scenario, sockets: u32) -> Result<Self, TargetError> {
        let unreadable = || TargetError::Unreadable(url.to_owned());
        let read: Uri = url.parse().map_err(|_| unreadable())?;
        match read.scheme_str() {
            Some("http" | "ws") => {}
            Some("https" | "wss") => return Err(TargetError::Tls(url.to_owned())),
            _ => return Err(unreadable()),
        }
        let authority = read.authority().ok_or_else(unreadable)?.as_str();
        let path = read.path_and_query().map_or("/", |path| path.as_str());
        let uri = format!("ws://{authority}{path}").parse().map_err(|_| unreadable())?;
        let host = read.host().ok_or_else(unreadable)?.trim_matches(['[', ']']);
        let address = resolve(host, read.port_u16().unwrap_or(80))?.ok_or_else(unreadable)?;
        if !address.ip().is_loopback() && scenario.target.reach == Reach::Loopback {
            return Err(TargetError::Remote(address));
        }
        let origin = scenario.target.origin.as_deref().map(HeaderValue::from_str).transpose();
        let origin = origin.map_err(|_| TargetError::Origin)?;
        Ok(Self { uri, address, origin, sources: sources(address, (scenario.sockets, sockets)) })
    }

    /// The address that socket `number` connects from; `None` leaves it to the system.
    pub(crate) fn source(&self, number: u32) -> Option<IpAddr> {
        (self.sources > 1).then(|| {
            let first = u32::from(Ipv4Addr::LOCALHOST);
            IpAddr::V4(Ipv4Addr::from(first + number % self.sources))
        })
    }
}

/// The first address of a name. Only this one is judged, and only this one is connected to.
fn resolve(host: &str, port: u16) -> io::Result<Option<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.next())
}

/// Only the IPv4 loopback network has more than one address without being set up.
fn sources(address: SocketAddr, (plan, sockets): (SocketPlan, u32)) -> u32 {
    let many = matches!(address.ip(), IpAddr::V4(ip) if ip.is_loopback());
    let needed = sockets.div_ceil(SOCKETS_PER_SOURCE);
    if many { plan.source_addresses.map_or(needed, NonZeroU32::get) } else { 1 }
}

/// Sockets that a scenario opens, those that come back after a cut counted anew: their old ports wait out their time.
pub(crate) fn sockets_at_most(scenario: &Scenario) -> u32 {
    let phases = scenario.phases.iter();
    let cuts = phases.clone().filter(|phase| phase.beginning == Beginning::Cut).count();
    let once = match scenario.kind {
        Kind::Connect => phases.map(PhasePlan::arrivals).sum(),
        _ => u64::from(scenario.sockets.count.get()),
    };
    u32::try_from(once.saturating_mul(1 + u64::try_from(cuts).unwrap_or(u64::MAX))).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::reading::read;

    fn target(url: &str, more: &str) -> Result<Target, TargetError> {
        let text = format!("kind = 'raw'\n{more}\n[[phases]]\nduration = '1s'\n[target]\nurl = '{url}'");
        let text = text.replace("REMOTE", "");
        let mut scenario = read("test", &text, &[]).unwrap();
        if more.contains("REMOTE") {
            scenario.target.reach = Reach::Anywhere;
        }
        Target::all(&scenario).map(|mut targets| targets.remove(0))
    }

    #[test]
    fn a_chatbot_has_its_socket_below_the_servers_address() {
        for base in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"] {
            let text = format!(
                "kind = 'idle'\n[[phases]]\nduration = '1s'\n[target]\nurl = '{base}'\nchatbot = 'c1'"
            );
            let targets = Target::all(&read("test", &text, &[]).unwrap()).unwrap();
            assert_eq!(targets[0].uri.to_string(), "ws://127.0.0.1:8080/v1/chatbots/c1/socket");
            assert_eq!(targets[0].address, "127.0.0.1:8080".parse().unwrap());
        }
    }

    #[test]
    fn only_this_machine_is_loaded_unless_allowed() {
        assert!(target("ws://127.8.0.1:9001/", "").is_ok());
        assert!(target("ws://[::1]:9001/", "").is_ok());
        assert!(matches!(target("ws://192.0.2.1:9001/", ""), Err(TargetError::Remote(_))));
        assert!(target("ws://192.0.2.1:9001/", "REMOTE").is_ok());
    }

    #[test]
    fn other_schemes_are_refused() {
        assert!(matches!(target("https://127.0.0.1/", ""), Err(TargetError::Tls(_))));
        assert!(matches!(target("ftp://127.0.0.1/", ""), Err(TargetError::Unreadable(_))));
        assert!(matches!(target("127.0.0.1:80", ""), Err(TargetError::Unreadable(_))));
    }

    #[test]
    fn many_sockets_come_from_many_addresses_in_turn() {
        let one = target("ws://127.0.0.1:9001/", "sockets.count = 20_000").unwrap();
        assert_eq!(one.source(5), None);
        let three = target("ws://127.0.0.1:9001/", "sockets.count = 40_001").unwrap();
        let seen: Vec<_> =
            (0..4).filter_map(|number| three.source(number)).map(|ip| ip.to_string()).collect();
        assert_eq!(seen, ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.1"]);
    }

    #[test]
    fn sockets_that_come_back_need_ports_too() {
        let phases = "[[phases]]\nduration = '1s'\n[[phases]]\nduration = '1s'\ncut = true";
        let text = format!("kind = 'reconnect'\nsockets.count = 15_000\n{phases}");
        assert_eq!(sockets_at_most(&read("test", &text, &[]).unwrap()), 30_000);
        let storm = "kind = 'connect'\n[[phases]]\nrate = 100\nduration = '3s'";
        assert_eq!(sockets_at_most(&read("test", storm, &[]).unwrap()), 300);
    }
}
