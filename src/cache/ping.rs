//! Whether Redis is in reach.

use redis::{Client, RedisError};
use secrecy::{ExposeSecret, SecretString};

/// Redis can't be used.
#[derive(Debug, thiserror::Error)]
#[error("Redis can't be used")]
pub struct PingError(#[from] RedisError);

/// Asks Redis for a sign of life.
///
/// # Errors
/// When the address is none, or nothing there speaks the protocol and accepts us.
pub async fn ping(url: &SecretString) -> Result<(), PingError> {
    let mut connection = Client::open(url.expose_secret())?.get_multiplexed_async_connection().await?;
    Ok(redis::cmd("PING").query_async(&mut connection).await?)
}
