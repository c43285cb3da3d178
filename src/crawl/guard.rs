//! Decides which addresses may be connected to.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use url::{Host, Url};

use super::address::is_public;

/// The longest address that is looked at, in bytes.
const URL_BYTES_MAX: usize = 4096;
/// Ports below this are services' own; of those only the web's two are reached.
const USER_PORTS_FROM: u16 = 1024;
/// Services above [`USER_PORTS_FROM`] that understand enough of a request to do harm: those that the WHATWG Fetch
/// Standard blocks, and widespread data stores.
const SERVICE_PORTS: &[u16] = &[
    1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080, 11211, 27017,
];
/// Top-level names that are never of the public internet (RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`).
const PRIVATE_NAMES: &[&str] = &["localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa"];

/// An entry of the list of admitted private hosts is no `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not of the form `host:port`")]
pub struct AllowListError(pub String);

/// Why an address is not connected to.
#[derive(Debug, thiserror::Error)]
pub(super) enum GuardRefusal {
    /// No address of the public web. Says no more, so that nobody learns what is inside.
    #[error("the address is refused")]
    Refused,
    /// The name leads nowhere for now.
    #[error("the name can't be resolved")]
    Unresolved(#[source] io::Error),
}

/// Finds the addresses of a host.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// All addresses of a host name.
    ///
    /// # Errors
    /// When there are none to be had.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}

/// Lets only addresses of the public web pass.
#[derive(Clone)]
pub struct Guard {
    resolver: Arc<dyn Resolver>,
    admitted: Arc<HashSet<(String, u16)>>,
}

impl Guard {
    /// A guard that also admits the given `host:port`s, whatever they resolve to.
    ///
    /// # Errors
    /// When an entry is no `host:port`.
    pub fn new(admitted: &[String]) -> Result<Self, AllowListError> {
        Self::with_resolver(admitted, Arc::new(SystemResolver))
    }

    /// A guard with its own way to resolve names.
    ///
    /// # Errors
    /// When an entry is no `host:port`.
    pub fn with_resolver(admitted: &[String], resolver: Arc<dyn Resolver>) -> Result<Self, AllowListError> {
        let admitted = admitted.iter().map(|entry| parse_entry(entry)).collect::<Result<_, _>>()?;
        Ok(Self { resolver, admitted: Arc::new(admitted) })
    }

    /// The addresses that may be connected to for a URL. The name is resolved once, here: whoever connects uses
    /// these addresses, so that a second answer of the name server can't lead elsewhere.
    pub(super) async fn check(&self, url: &Url) -> Result<Vec<SocketAddr>, GuardRefusal> {
        let (host, port) = web_host(url).ok_or(GuardRefusal::Refused)?;
        let admitted = self.admitted.contains(&(host.to_string(), port));
        let is_web = is_web_port(port) && is_public_name(&host);
        if !(admitted || is_web) {
            return Err(GuardRefusal::Refused);
        }
        let addresses = match host {
            Host::Ipv4(address) => vec![SocketAddr::new(IpAddr::V4(address), port)],
            Host::Ipv6(address) => vec![SocketAddr::new(IpAddr::V6(address), port)],
            Host::Domain(name) => {
                self.resolver.resolve(name, port).await.map_err(GuardRefusal::Unresolved)?
            }
        };
        if addresses.is_empty() {
            return Err(GuardRefusal::Unresolved(io::ErrorKind::NotFound.into()));
        }
        // One address that is not public is enough: a mixed answer is how names are rebound.
        if !admitted && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(GuardRefusal::Refused);
        }
        Ok(addresses)
    }
}

/// The host and port of a web address without credentials.
fn web_host(url: &Url) -> Option<(Host<&str>, u16)> {
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= URL_BYTES_MAX;
    if plain { Some((url.host()?, url.port_or_known_default()?)) } else { None }
}

fn is_web_port(port: u16) -> bool {
    matches!(port, 80 | 443) || (port >= USER_PORTS_FROM && !SERVICE_PORTS.contains(&port))
}

/// A name of the public internet has at least two labels and a public last one.
fn is_public_name(host: &Host<&str>) -> bool {
    let Host::Domain(name) = host else { return true };
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit_once('.').is_some_and(|(_, last)| !PRIVATE_NAMES.contains(&last))
}

/// Reads an entry the way addresses are read, so that both are spelled alike.
fn parse_entry(entry: &str) -> Result<(String, u16), AllowListError> {
    let invalid = || AllowListError(entry.into());
    let (_, port) = entry.rsplit_once(':').ok_or_else(invalid)?;
    let port = port.parse().map_err(|_| invalid())?;
    let url = Url::parse(&format!("http://{entry}/")).map_err(|_| invalid())?;
    match url.host() {
        Some(host) if url.username().is_empty() && url.path() == "/" => Ok((host.to_string(), port)),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every name with the same addresses.
    struct Fixed(Vec<&'static str>);

    #[async_trait]
    impl Resolver for Fixed {
        async fn resolve(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
            Ok(self.0.iter().map(|address| SocketAddr::new(address.parse().unwrap(), port)).collect())
        }
    }

    async fn check(
        url: &str,
        answer: &[&'static str],
        admitted: &[&str],
    ) -> Result<Vec<SocketAddr>, GuardRefusal> {
        let admitted: Vec<String> = admitted.iter().map(|entry| (*entry).to_owned()).collect();
        let guard = Guard::with_resolver(&admitted, Arc::new(Fixed(answer.to_vec()))).unwrap();
        guard.check(&Url::parse(url).unwrap()).await
    }

    #[tokio::test]
    async fn public_addresses_pass() {
        for url in
            ["http://example.com", "https://example.com./a?b#c", "http://example.com:8080", "http://1.1.1.1"]
        {
            assert!(check(url, &["93.184.215.14", "2606:4700::1111"], &[]).await.is_ok(), "{url}");
        }
    }

    #[tokio::test]
    async fn every_way_to_write_a_private_address_is_refused() {
        let urls = [
            "http://127.0.0.1",
            "http://127.1",
            "http://2130706433",
            "http://0x7f.1",
            "http://0x7f000001",
            "http://0177.0.0.1",
            "http://127.0.0.1.",
            "http://0",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:a9fe:a9fe]",
            "http://[64:ff9b::7f00:1]",
            "http://[fe80::1]",
            "http://[fc00::1]",
            "http://169.254.169.254/latest",
            "http://100.100.100.200",
            "http://①②⑦.0.0.1",
            "http://127。0。0。1",
            "http:\\\\127.0.0.1",
            "http:127.0.0.1",
            "http://%31%32%37.0.0.1",
        ];
        for url in urls {
            assert!(matches!(check(url, &["1.1.1.1"], &[]).await, Err(GuardRefusal::Refused)), "{url}");
        }
    }

    #[tokio::test]
    async fn names_schemes_credentials_and_ports_are_checked() {
        let long = format!("http://example.com/{}", "a".repeat(URL_BYTES_MAX));
        let urls = [
            "ftp://example.com",
            "file:///etc/passwd",
            "gopher://example.com",
            "data:text/html,x",
            "http://ok@example.com",
            "http://ok:pw@example.com",
            "http://localhost",
            "http://localhost.",
            "http://db",
            "http://metadata.google.internal",
            "http://printer.local",
            "http://example.com:22",
            "http://example.com:25",
            "http://example.com:5432",
            "http://example.com:6379",
            &long,
        ];
        for url in urls {
            assert!(matches!(check(url, &["1.1.1.1"], &[]).await, Err(GuardRefusal::Refused)), "{url}");
        }
    }

    #[tokio::test]
    async fn one_private_address_among_public_ones_is_enough() {
        let mixed = check("http://example.com", &["1.1.1.1", "10.0.0.1"], &[]).await;
        assert!(matches!(mixed, Err(GuardRefusal::Refused)));
        assert!(matches!(check("http://example.com", &[], &[]).await, Err(GuardRefusal::Unresolved(_))));
    }

    #[tokio::test]
    async fn admitted_hosts_pass_on_their_port_alone() {
        let admitted = ["Localhost:22", "[::1]:8080"];
        assert!(check("http://localhost:22", &["127.0.0.1"], &admitted).await.is_ok());
        assert!(check("http://[0:0::1]:8080", &[], &admitted).await.is_ok());
        assert!(check("http://localhost:23", &["127.0.0.1"], &admitted).await.is_err());
        assert!(check("http://[::1]:8081", &[], &admitted).await.is_err());
        assert!(check("http://user@localhost:22", &["127.0.0.1"], &admitted).await.is_err());
    }

    #[test]
    fn admitted_hosts_need_a_port() {
        for entry in ["localhost", "localhost:", "localhost:x", "a@b:80", "b/c:80", ":80", "::1:99999"] {
            assert_eq!(Guard::new(&[entry.into()]).err(), Some(AllowListError(entry.into())));
        }
    }
}
