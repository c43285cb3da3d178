//! Limits in headers: `Retry-After` (RFC 9110, 10.2.3) and the `RateLimit` fields of
//! draft-ietf-httpapi-ratelimit-headers.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};

use super::{Allowed, Limited, Policy};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Whole seconds, rounded up, so that whoever waits them is let through.
#[must_use]
pub fn retry_after_seconds(delay: Duration) -> u64 {
    delay.as_secs() + u64::from(delay.subsec_nanos() > 0)
}

/// Writes the limit's figures and what is left of it.
pub fn rate_limit_headers(headers: &mut HeaderMap, state: Result<Allowed, Limited>) {
    let (policy, remaining, reset) = match state {
        Ok(allowed) => (allowed.policy, allowed.remaining, None),
        Err(limited) => (limited.policy, 0, Some(retry_after_seconds(limited.retry_after).max(1))),
    };
    set(headers, RATE_LIMIT_POLICY, &described(policy));
    let reset = reset.map(|seconds| format!(";t={seconds}")).unwrap_or_default();
    set(headers, RATE_LIMIT, &format!("\"{}\";r={remaining}{reset}", policy.name));
}

/// Writes when to come back.
pub(crate) fn retry_after_header(headers: &mut HeaderMap, delay: Duration) {
    headers.insert(RETRY_AFTER, HeaderValue::from(retry_after_seconds(delay).max(1)));
}

fn described(policy: Policy) -> String {
    format!("\"{}\";q={};w={}", policy.name, policy.quota, retry_after_seconds(policy.window))
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    const POLICY: Policy = Policy::new("address", NonZeroU32::new(60).unwrap(), Duration::from_secs(60));

    #[test]
    fn a_refused_request_is_told_the_policy_and_when_to_come_back() {
        let mut headers = HeaderMap::new();
        let limited = Limited { policy: POLICY, retry_after: Duration::from_millis(1_200) };
        rate_limit_headers(&mut headers, Err(limited));
        assert_eq!(headers.get("ratelimit-policy").unwrap(), "\"address\";q=60;w=60");
        assert_eq!(headers.get("ratelimit").unwrap(), "\"address\";r=0;t=2");
    }

    #[test]
    fn a_request_let_through_is_told_what_is_left() {
        let mut headers = HeaderMap::new();
        rate_limit_headers(&mut headers, Ok(Allowed { policy: POLICY, remaining: 7 }));
        assert_eq!(headers.get("ratelimit").unwrap(), "\"address\";r=7");
    }

    #[test]
    fn seconds_to_wait_are_rounded_up_and_never_zero() {
        assert_eq!(retry_after_seconds(Duration::from_millis(1)), 1);
        let mut headers = HeaderMap::new();
        retry_after_header(&mut headers, Duration::ZERO);
        assert_eq!(headers.get(RETRY_AFTER).unwrap(), "1");
    }
}
