//! Redis: in reach.

use secrecy::SecretString;

use super::finding::{Finding, innermost};
use crate::cache::ping;

pub(super) async fn check(url: &SecretString) -> Finding {
    match ping(url).await {
        Ok(()) => Finding::fine("redis", "in reach"),
        Err(error) => Finding::broken(
            "redis",
            format!("can't be used: {}", innermost(&error)),
            "Check redis.url and that Redis runs, or unset it to do without.",
        ),
    }
}
