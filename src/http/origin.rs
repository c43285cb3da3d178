//! Which web pages may open a conversation: the rule of the socket and of every route a visitor uses.

use actix_web::http::header::{HeaderMap, ORIGIN};
use aihio_actors::model::Origin;
use url::{Host, Url};

use crate::error::{ApiError, ErrorCode};
use crate::limits::Client;

/// The page may not open a conversation with this chatbot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this page's origin is not on the chatbot's `allowed_origins`")]
pub struct OriginRefused;

impl From<OriginRefused> for ApiError {
    fn from(_: OriginRefused) -> Self {
        Self::new(
            ErrorCode::OriginNotAllowed,
            "The page's origin is not allowed here. Add it to the chatbot's `allowed_origins`.",
        )
    }
}

/// Applies the rule: the origin is on the list; an empty list admits pages of this machine, and requests without
/// an origin from this machine.
///
/// # Errors
/// When the rule does not admit the request.
pub fn admit(allowed: &[Origin], headers: &HeaderMap, client: Client) -> Result<(), OriginRefused> {
    let mut origins = headers.get_all(ORIGIN);
    let admitted = match (origins.next(), origins.next()) {
        (None, _) => allowed.is_empty() && client.is_on_this_machine(),
        (Some(origin), None) => origin.to_str().is_ok_and(|origin| origin_admitted(allowed, origin)),
        (Some(_), Some(_)) => false,
    };
    if admitted { Ok(()) } else { Err(OriginRefused) }
}

fn origin_admitted(allowed: &[Origin], presented: &str) -> bool {
    let Some((origin, host)) = parse(presented) else { return false };
    if allowed.is_empty() { is_loopback(&host) } else { allowed.contains(&origin) }
}

/// Reads an origin as owners write it, and gives its serialised form (RFC 6454, 6.2): lower case, no default
/// port, no trailing slash. Only web origins are taken: no path, user or query, and not `null`.
#[must_use]
pub fn normalise(written: &str) -> Option<Origin> {
    parse(written.strip_suffix('/').unwrap_or(written)).map(|(origin, _)| origin)
}

fn parse(text: &str) -> Option<(Origin, Host<String>)> {
    let (scheme, authority) = text.split_once("://")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_');
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") || !authority.chars().all(plain) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let host = url.host()?.to_owned();
    let origin = url.origin();
    origin.is_tuple().then(|| (Origin(origin.ascii_serialization()), host))
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;
    use std::net::IpAddr;

    const HERE: Client = Client::Direct(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    const ELSEWHERE: Client = Client::Direct(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    fn admitted(allowed: &[&str], origin: Option<&str>, client: Client) -> bool {
        let allowed: Vec<Origin> = allowed.iter().map(|origin| normalise(origin).unwrap()).collect();
        let mut headers = HeaderMap::new();
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        admit(&allowed, &headers, client).is_ok()
    }

    #[test]
    fn a_listed_origin_is_admitted_from_anywhere() {
        assert!(admitted(&["https://shop.example"], Some("https://shop.example"), ELSEWHERE));
        assert!(admitted(&["https://Shop.Example:443/"], Some("https://shop.example"), ELSEWHERE));
    }

    #[test]
    fn neighbours_of_a_listed_origin_are_not() {
        for origin in [
            "http://shop.example",
            "https://shop.example:8443",
            "https://shop.example.evil.example",
            "https://evilshop.example",
            "https://www.shop.example",
            "https://shop.example/",
            "https://shop.example%00",
            "https://user@shop.example",
            "https://shop.example.",
            "null",
            "",
            "file://",
        ] {
            assert!(!admitted(&["https://shop.example"], Some(origin), HERE), "{origin}");
        }
    }

    #[test]
    fn a_list_admits_nobody_without_an_origin() {
        assert!(!admitted(&["https://shop.example"], None, HERE));
        assert!(!admitted(&["https://shop.example"], Some("http://localhost"), HERE));
    }

    #[test]
    fn an_empty_list_admits_pages_and_programs_of_this_machine() {
        for origin in
            ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:5173", "http://a.localhost"]
        {
            assert!(admitted(&[], Some(origin), ELSEWHERE), "{origin}");
        }
        assert!(admitted(&[], None, HERE));
        assert!(!admitted(&[], None, ELSEWHERE));
        assert!(!admitted(&[], Some("https://localhost.evil.example"), HERE));
        assert!(!admitted(&[], Some("null"), HERE));
    }

    #[test]
    fn a_proxy_on_this_machine_is_not_a_program_on_it() {
        assert!(!admitted(&[], None, Client::Forwarded(IpAddr::from([127, 0, 0, 1]))));
    }

    #[test]
    fn two_origins_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, HeaderValue::from_static("http://localhost"));
        headers.append(ORIGIN, HeaderValue::from_static("http://localhost"));
        assert!(admit(&[], &headers, HERE).is_err());
    }

    #[test]
    fn only_web_origins_can_be_listed() {
        assert_eq!(normalise("HTTPS://Shop.Example/"), Some(Origin("https://shop.example".into())));
        assert_eq!(normalise("https://bücher.example"), None);
        for written in ["shop.example", "https://shop.example/path", "ftp://shop.example", "*", "https://"] {
            assert_eq!(normalise(written), None, "{written}");
        }
    }
}
