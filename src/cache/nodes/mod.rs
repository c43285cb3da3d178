//! Which nodes live, which sessions they own, and what they say to each other, in Redis.
//!
//! A session's key names the node that owns it; a node's own key is its lease. So a node renews one key, however many
//! sessions it owns, and a session whose node has let its lease run out is free. Redis is memory and no truth: when it
//! forgets, each node says again what it owns, and the epochs in PostgreSQL keep histories safe meanwhile.

mod line;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use aihio_actors::model::{NodeId, SessionId};
use aihio_actors::ports::{Arrival, Claim, Cluster, PortError, Pulse, Reach};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use redis::{AsyncCommands as _, RedisError, RedisResult, Script};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::CacheError;
use super::connection::{Connection, Server};
use super::keys;

/// Longer than Redis ever takes while it lives; far below any lease.
const RESPONSE_TIMEOUT: Duration = Duration::from_millis(800);
/// How many sessions are told of at once.
const TOGETHER_MAX: usize = 64;

/// Takes a session that has no owner, or that owner (argument 2). Without permission (argument 4) one that has none is
/// left alone. Answers with the owner from now on, or nothing.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local owner = redis.call('GET', KEYS[1]) \
         if owner and owner ~= ARGV[1] and owner ~= ARGV[2] then return owner end \
         if not owner and ARGV[4] == 'wait' then return false end \
         redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) \
         return ARGV[1]",
    )
});

/// This process among the nodes that share a Redis.
pub struct RedisNodes {
    node: NodeId,
    lease: Duration,
    server: Server,
    has_beaten: AtomicBool,
    settled_at: Mutex<Option<Instant>>,
}

/// What to do about a session that nobody owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ownerless {
    /// Take it.
    Take,
    /// Leave it alone: its owner may not have said yet that it has it.
    Wait,
}

impl RedisNodes {
    /// Joins the others. Nothing is connected yet.
    ///
    /// # Errors
    /// When the address is not understood. A Redis that is out of reach is no error.
    pub fn join(url: &str, node: NodeId, lease: Duration) -> Result<Self, CacheError> {
        let server = Server::at(url, RESPONSE_TIMEOUT)?;
        Ok(Self { node, lease, server, has_beaten: AtomicBool::new(false), settled_at: Mutex::new(None) })
    }

    async fn connection(&self) -> RedisResult<Connection> {
        self.server.connection().await
    }

    /// While everybody says again what they own, nothing that seems free is taken.
    fn ownerless(&self) -> Ownerless {
        let settled_at = *self.settled_at.lock().unwrap_or_else(PoisonError::into_inner);
        if settled_at.is_some_and(|at| Instant::now() < at) { Ownerless::Wait } else { Ownerless::Take }
    }

    async fn take(
        &self,
        connection: &mut Connection,
        session: SessionId,
        from: Option<NodeId>,
        ownerless: Ownerless,
    ) -> RedisResult<Option<NodeId>> {
        let key = keys::owner(session);
        let mut call = TAKE.prepare_invoke();
        call.key(key.name).arg(text(self.node)).arg(from.map(text).unwrap_or_default());
        call.arg(millis(key.time_to_live)).arg(if ownerless == Ownerless::Wait { "wait" } else { "take" });
        let owner: Option<String> = call.invoke_async(connection).await?;
        Ok(owner.and_then(|owner| owner.parse().ok()))
    }

    async fn lives(&self, connection: &mut Connection, node: NodeId) -> RedisResult<bool> {
        connection.exists(keys::lease(node)).await
    }

    async fn try_claim(&self, session: SessionId, without: Option<NodeId>) -> RedisResult<Claim> {
        let mut connection = self.connection().await?;
        // A node whose own lease is gone can't tell a free session from one whose key is gone as well.
        if !self.lives(&mut connection, self.node).await? {
            return Ok(Claim::Unsettled);
        }
        let ownerless = self.ownerless();
        let mut owner = self.take(&mut connection, session, without, ownerless).await?;
        if let Some(other) = owner.filter(|owner| *owner != self.node)
            && !self.lives(&mut connection, other).await?
        {
            if ownerless == Ownerless::Wait {
                return Ok(Claim::Unsettled);
            }
            owner = self.take(&mut connection, session, Some(other), ownerless).await?;
        }
        Ok(match owner {
            Some(owner) if owner == self.node => Claim::Mine,
            Some(other) => Claim::Owned(other),
            None => Claim::Unsettled,
        })
    }

    async fn try_hold(&self, sessions: &[SessionId]) -> RedisResult<Vec<SessionId>> {
        let connection = self.connection().await?;
        let held = stream::iter(sessions.iter().copied()).map(|session| {
            let mut connection = connection.clone();
            async move {
                let owner = self.take(&mut connection, session, None, Ownerless::Take).await?;
                Ok::<_, RedisError>((owner != Some(self.node)).then_some(session))
            }
        });
        let lost: Vec<Option<SessionId>> = held.buffer_unordered(TOGETHER_MAX).try_collect().await?;
        Ok(lost.into_iter().flatten().collect())
    }

    async fn try_beat(&self) -> RedisResult<Pulse> {
        let mut connection = self.connection().await?;
        let mut set = redis::cmd("SET");
        set.arg(keys::lease(self.node)).arg(1).arg("PX").arg(millis(self.lease)).arg("GET");
        let before: Option<String> = set.query_async(&mut connection).await?;
        let first = !self.has_beaten.swap(true, Ordering::Relaxed);
        if first || before.is_some() {
            return Ok(Pulse::Steady);
        }
        let settled_at = Instant::now() + self.lease / 2;
        *self.settled_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(settled_at);
        Ok(Pulse::Lapsed)
    }

    async fn publish(&self, channel: String, frame: &Bytes) -> RedisResult<u64> {
        let mut connection = self.connection().await?;
        redis::cmd("SPUBLISH").arg(channel).arg(&frame[..]).query_async(&mut connection).await
    }
}

#[async_trait]
impl Cluster for RedisNodes {
    fn node(&self) -> NodeId {
        self.node
    }

    fn lease(&self) -> Duration {
        self.lease
    }

    async fn claim(&self, session: SessionId, without: Option<NodeId>) -> Result<Claim, PortError> {
        self.try_claim(session, without).await.map_err(fault)
    }

    async fn hold(&self, sessions: &[SessionId]) -> Result<Vec<SessionId>, PortError> {
        self.try_hold(sessions).await.map_err(fault)
    }

    async fn beat(&self) -> Result<Pulse, PortError> {
        self.try_beat().await.map_err(fault)
    }

    async fn leave(&self) -> Result<(), PortError> {
        let leave = async { self.connection().await?.del(keys::lease(self.node)).await };
        leave.await.map_err(fault)
    }

    async fn send(&self, to: NodeId, frame: Bytes) -> Result<Reach, PortError> {
        let takers = self.publish(keys::line(to), &frame).await.map_err(fault)?;
        Ok(if takers == 0 { Reach::Nobody } else { Reach::Taken })
    }

    async fn announce(&self, frame: Bytes) -> Result<(), PortError> {
        self.publish(keys::NEWS.to_owned(), &frame).await.map(drop).map_err(fault)
    }

    fn listen(&self) -> mpsc::Receiver<Arrival> {
        line::open(self.server.info(), &[keys::line(self.node), keys::NEWS.to_owned()])
    }
}

fn fault(error: RedisError) -> PortError {
    PortError::transient("cluster", error)
}

fn text(node: NodeId) -> String {
    node.as_uuid().simple().to_string()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
