//! Who is asking: the peer of the connection, or the client that a trusted proxy names.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, X_FORWARDED_FOR};
use ipnet::IpNet;

/// An address as rate limits see it: an IPv4 address, or the /64 network of an IPv6 address, because that is
/// what one customer gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(IpAddr);

impl From<IpAddr> for AddressKey {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                Self(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into())
            }
        }
    }
}

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client: the peer itself or, where the peer is a trusted proxy, the last address in
    /// `X-Forwarded-For` that is not one. Whatever stands before that, the client could have made up.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let peer = peer.to_canonical();
        let forwarded = headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED);
        if !self.contain(peer) {
            return if forwarded { Client::Forwarded(peer) } else { Client::Direct(peer) };
        }
        let mut client = peer;
        let values: Vec<&str> =
            headers.get_all(X_FORWARDED_FOR).filter_map(|value| value.to_str().ok()).collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let Some(address) = parse_hop(hop) else { break };
            client = address;
            if !self.contain(address) {
                break;
            }
        }
        if forwarded { Client::Forwarded(client) } else { Client::Direct(client) }
    }

    /// The client of a request; one without an address (a Unix socket, a test) counts as unspecified.
    #[must_use]
    pub fn client_of(&self, request: &HttpRequest) -> Client {
        let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        self.client(peer, request.headers())
    }
}

fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_start_matches('[');
    let bare = hop.split(']').next().unwrap_or(hop);
    let address = bare.parse().or_else(|_| bare.rsplit_once(':').map_or(bare, |(host, _)| host).parse());
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// Who is asking, and whether anybody stands between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// The connection's own peer.
    Direct(IpAddr),
    /// Somebody behind a proxy.
    Forwarded(IpAddr),
}

impl Client {
    /// The address.
    #[must_use]
    pub const fn address(self) -> IpAddr {
        match self {
            Self::Direct(address) | Self::Forwarded(address) => address,
        }
    }

    /// Whether a program on this machine asks, with nobody between: a proxy on this machine is no such program.
    #[must_use]
    pub const fn is_on_this_machine(self) -> bool {
        matches!(self, Self::Direct(address) if address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn headers(forwarded_for: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in forwarded_for {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn client(peer: &str, forwarded_for: &[&str]) -> String {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()]);
        proxies.client(peer.parse().unwrap(), &headers(forwarded_for)).address().to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(client("192.0.2.9", &["198.51.100.1"]), "192.0.2.9");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["[2001:db8::1]:4711"]), "2001:db8::1");
    }

    #[test]
    fn what_the_client_put_before_itself_is_ignored() {
        assert_eq!(client("10.0.0.1", &["203.0.113.5, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.5", "198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn nonsense_ends_the_search_at_the_last_known_hop() {
        assert_eq!(client("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["evil, 10.0.0.7"]), "10.0.0.7");
    }

    #[test]
    fn only_a_direct_loopback_peer_is_on_this_machine() {
        let none = TrustedProxies::default();
        let loopback = IpAddr::from([127, 0, 0, 1]);
        assert!(none.client(loopback, &headers(&[])).is_on_this_machine());
        assert!(!none.client(loopback, &headers(&["198.51.100.1"])).is_on_this_machine());
        assert!(!none.client(IpAddr::from([192, 0, 2, 1]), &headers(&[])).is_on_this_machine());
    }

    #[test]
    fn ipv4_in_ipv6_is_the_ipv4_address() {
        assert_eq!(
            AddressKey::from("::ffff:192.0.2.1".parse::<IpAddr>().unwrap()),
            AddressKey::from("192.0.2.1".parse::<IpAddr>().unwrap())
        );
    }
}
