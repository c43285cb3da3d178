//! The shelf that nodes share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use aihio_actors::ports::{Snapshot, SnapshotKey};
use async_trait::async_trait;
use redis::{AsyncCommands, RedisError, Script};
use tokio::time::Instant;

use super::connection::{Connection, Server};
use super::keys::{self, Key};
use super::snapshots::Shelf;

/// A cache that keeps its callers waiting is worse than none.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(250);
/// After a failure Redis is left alone for so long, lest every request waits for a time-out.
const PAUSE: Duration = Duration::from_secs(1);

/// Why Redis can't be used at all.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The address is not understood.
    #[error("the address of Redis is not understood")]
    Address(#[source] RedisError),
}

/// Writes a snapshot where no newer one lies. One script, so that nothing comes between looking and writing.
static PUT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local seq = redis.call('HGET', KEYS[1], 'seq') \
         if seq and tonumber(seq) > tonumber(ARGV[1]) then return 0 end \
         redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'version', ARGV[2], 'bytes', ARGV[3]) \
         redis.call('PEXPIRE', KEYS[1], ARGV[4]) \
         return 1",
    )
});

/// A shelf in Redis.
pub struct RedisShelf {
    server: Server,
    failing: AtomicBool,
    paused_until: Mutex<Option<Instant>>,
}

impl RedisShelf {
    /// Prepares a connection; it is made, and made again, when it is needed, to one server or to a Redis Cluster.
    ///
    /// # Errors
    /// When the address is not understood. A Redis that is out of reach is no error.
    pub fn connect(url: &str) -> Result<Self, CacheError> {
        let server = Server::at(url, RESPONSE_TIMEOUT)?;
        Ok(Self { server, failing: AtomicBool::new(false), paused_until: Mutex::new(None) })
    }

    /// A connection, unless Redis has just failed.
    async fn connection(&self) -> Option<Connection> {
        let paused = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        if paused.is_some_and(|until| Instant::now() < until) {
            return None;
        }
        let connection = self.server.connection().await;
        connection.map_or_else(|error| self.failed(&error), Some)
    }

    /// Takes a result, and tells the log when Redis begins to fail and when it is back.
    fn heard<T>(&self, result: Result<T, RedisError>) -> Option<T> {
        match result {
            Ok(value) => {
                if self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("Redis is back");
                }
                Some(value)
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed<T>(&self, error: &RedisError) -> Option<T> {
        *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "Redis fails; snapshots come from the store until it is back"
            );
        }
        None
    }
}

#[async_trait]
impl Shelf for RedisShelf {
    async fn put(&self, key: SnapshotKey, snapshot: &Snapshot) {
        let Some(mut connection) = self.connection().await else { return };
        let Key { name, time_to_live } = keys::snapshot(key);
        let millis = u64::try_from(time_to_live.as_millis()).unwrap_or(u64::MAX);
        let mut call = PUT.prepare_invoke();
        call.key(name).arg(snapshot.seq).arg(snapshot.version).arg(&snapshot.bytes[..]).arg(millis);
        let put: Result<i64, RedisError> = call.invoke_async(&mut connection).await;
        self.heard(put);
    }

    async fn get(&self, key: SnapshotKey) -> Option<Snapshot> {
        let mut connection = self.connection().await?;
        let found = connection.hmget(keys::snapshot(key).name, &["version", "seq", "bytes"]).await;
        let (version, seq, bytes): (Option<u16>, Option<u64>, Option<Vec<u8>>) = self.heard(found)?;
        Some(Snapshot { version: version?, seq: seq?, bytes: bytes?.into() })
    }

    async fn clear(&self, key: SnapshotKey) {
        let Some(mut connection) = self.connection().await else { return };
        let cleared: Result<i64, RedisError> = connection.del(keys::snapshot(key).name).await;
        self.heard(cleared);
    }
}
