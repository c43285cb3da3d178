//! Redis: in reach.

use redis::{Client, RedisError};
use secrecy::{ExposeSecret, SecretString};

use super::finding::Finding;

pub(super) async fn check(url: &SecretString) -> Finding {
    match ping(url).await {
        Ok(()) => Finding::fine("redis", "in reach"),
        Err(error) => Finding::broken(
            "redis",
            format!("can't be used: {error}"),
            "Check redis.url and that Redis runs, or unset it to do without.",
        ),
    }
}

async fn ping(url: &SecretString) -> Result<(), RedisError> {
    let mut connection = Client::open(url.expose_secret())?.get_multiplexed_async_connection().await?;
    redis::cmd("PING").query_async(&mut connection).await
}
