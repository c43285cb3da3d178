//! Reading of web pages.

use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;

use serde::Deserialize;

use super::value;

/// Section `crawler`.
#[derive(Debug, Clone, Deserialize)]
pub struct CrawlerSettings {
    /// Hosts that may be read although their address is private.
    #[serde(deserialize_with = "value::parsed_list")]
    pub allow_private: Vec<HostPort>,
    /// Requests to one host at once.
    pub host_concurrency: NonZeroUsize,
    /// Milliseconds between two requests to one host.
    pub host_delay_ms: u64,
    /// Pages of one site that are read at once.
    pub pages_at_once: NonZeroUsize,
    /// Most pages of one site.
    pub pages_max: NonZeroU32,
    /// Bytes that one run over a site fetches, at most.
    pub fetched_bytes_max: u64,
    /// Minutes that one run over a site is at work, at most.
    pub minutes_max: NonZeroU32,
    /// Seconds that a site is read before other jobs have their turn.
    pub turn_seconds: NonZeroU32,
}

/// A host, by name or address, and its port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// The host in lower case; an IPv6 address without its brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl FromStr for HostPort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let split = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        match split {
            Some((host, port)) if !host.is_empty() && !host.contains('/') && port != 0 => {
                let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
                Ok(Self { host, port })
            }
            _ => Err(format!("`{text}` is not a host and a port, such as 127.0.0.1:9000")),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_its_port_read_back_as_they_were_written() {
        for text in ["127.0.0.1:9000", "site.test:80", "[::1]:8080"] {
            assert_eq!(text.parse::<HostPort>().map(|parsed| parsed.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn what_lacks_a_port_or_holds_a_path_is_refused() {
        for text in ["127.0.0.1", ":80", "http://a:80", "a:0", "a:70000"] {
            assert!(text.parse::<HostPort>().is_err(), "{text}");
        }
    }
}
