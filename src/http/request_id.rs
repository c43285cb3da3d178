//! The id by which a request is found in the log.

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderName};

use super::service::Service;

/// The header in which the id comes and goes.
pub(super) const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken from a client or proxy, in characters.
const CHARS_MAX: usize = 64;

/// The id of a request: the client's own if it sent a sensible one, else a new UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestId(pub String);

impl RequestId {
    /// Gives a request its id.
    pub(crate) fn assign(request: &ServiceRequest, service: &Service) -> Self {
        let id = presented(request.headers())
            .unwrap_or_else(|| Self(service.dice.id(service.clock.now()).to_string()));
        request.extensions_mut().insert(id.clone());
        id
    }
}

fn presented(headers: &HeaderMap) -> Option<RequestId> {
    let id = headers.get(REQUEST_ID_HEADER)?.to_str().ok()?;
    let sensible = (1..=CHARS_MAX).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    sensible.then(|| RequestId(id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn presented_as(value: &'static str) -> Option<RequestId> {
        let mut headers = HeaderMap::new();
        headers.insert(REQUEST_ID_HEADER, HeaderValue::from_static(value));
        presented(&headers)
    }

    #[test]
    fn a_sensible_id_is_kept() {
        assert_eq!(presented_as("trace-7_a.b"), Some(RequestId("trace-7_a.b".into())));
    }

    #[test]
    fn an_id_that_could_forge_a_log_line_is_not() {
        for value in ["", "a b", "a\tb", "a\"b", "x=y;z"] {
            assert_eq!(presented_as(value), None, "{value}");
        }
    }
}
