//! Where this node hears the others: sharded channels (Redis 7), which a Redis Cluster carries on one server each. They
//! are listened to on connections of their own, since whoever listens must know when something may have been missed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aihio_actors::ports::Arrival;
use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ProtocolVersion, PushInfo, PushKind,
    RedisError, RedisResult, Value,
};
use tokio::sync::{Notify, mpsc};

use crate::cache::connection::CONNECTION_TIMEOUT;

/// What may wait to be heard.
const ARRIVALS_MAX: usize = 4_096;
/// How often a quiet connection is asked for a sign of life, and how long that may take.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long to wait before connecting again.
const AGAIN: Duration = Duration::from_millis(100);

/// Listens to channels until the receiver is dropped.
pub(super) fn open(server: &ConnectionInfo, channels: &[String]) -> mpsc::Receiver<Arrival> {
    let (sender, receiver) = mpsc::channel(ARRIVALS_MAX);
    for channel in channels {
        let line = Line {
            server: server.clone(),
            channel: channel.clone(),
            arrivals: sender.clone(),
            missed: Arc::default(),
            ended: Arc::default(),
        };
        actix_rt::spawn(line.keep_open());
    }
    receiver
}

/// One channel.
struct Line {
    server: ConnectionInfo,
    channel: String,
    arrivals: mpsc::Sender<Arrival>,
    /// Something was dropped since nobody took it.
    missed: Arc<AtomicBool>,
    /// The connection has ended.
    ended: Arc<Notify>,
}

impl Line {
    async fn keep_open(self) {
        let mut server = self.server.clone();
        let mut was_open = false;
        while !self.arrivals.is_closed() {
            match self.subscribe(&server).await {
                Ok(connection) => {
                    if was_open && self.arrivals.send(Arrival::Broken).await.is_err() {
                        return;
                    }
                    was_open = true;
                    self.watch(connection).await;
                    server = self.server.clone();
                }
                // In a Redis Cluster the channel lies on one server, and each knows on which.
                Err(error) => match error.redirect_node().and_then(|(at, _)| moved(&self.server, at)) {
                    Some(there) => {
                        server = there;
                        continue;
                    }
                    None => {
                        tracing::debug!(
                            error = &error as &dyn std::error::Error,
                            "a line to other nodes is closed"
                        );
                        server = self.server.clone();
                    }
                },
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn subscribe(&self, server: &ConnectionInfo) -> Result<MultiplexedConnection, RedisError> {
        let settings = server.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(server.clone().set_redis_settings(settings))?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_push_sender(self.ear());
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let _: Value = redis::cmd("SSUBSCRIBE").arg(&self.channel).query_async(&mut connection).await?;
        Ok(connection)
    }

    /// Takes what the server pushes, without waiting.
    fn ear(&self) -> impl Fn(PushInfo) -> Result<(), redis::aio::SendError> + Send + Sync + 'static {
        let (arrivals, missed, ended) =
            (self.arrivals.clone(), Arc::clone(&self.missed), Arc::clone(&self.ended));
        move |push| {
            match push.kind {
                PushKind::SMessage => {
                    let taken = payload(push.data).map(|frame| arrivals.try_send(Arrival::Frame(frame)));
                    if !matches!(taken, Some(Ok(()))) {
                        missed.store(true, Ordering::Relaxed);
                    }
                }
                PushKind::Disconnection | PushKind::SUnsubscribe => ended.notify_one(),
                _ => {}
            }
            Ok(())
        }
    }

    /// Returns when the connection has ended, or nobody listens any more.
    async fn watch(&self, mut connection: MultiplexedConnection) {
        loop {
            tokio::select! {
                () = self.ended.notified() => return,
                () = self.arrivals.closed() => return,
                () = tokio::time::sleep(SIGN_OF_LIFE) => {}
            }
            let sign: RedisResult<Value> = redis::cmd("PING").query_async(&mut connection).await;
            if sign.is_err() {
                return;
            }
            if self.missed.swap(false, Ordering::Relaxed)
                && self.arrivals.send(Arrival::Broken).await.is_err()
            {
                return;
            }
        }
    }
}

/// The message of a push: the channel stands before it.
fn payload(mut data: Vec<Value>) -> Option<Bytes> {
    match data.pop() {
        Some(Value::BulkString(bytes)) => Some(Bytes::from(bytes)),
        _ => None,
    }
}

/// The same server's settings at another address; no host means the same one.
fn moved(server: &ConnectionInfo, at: &str) -> Option<ConnectionInfo> {
    let (host, port) = at.rsplit_once(':')?;
    let port = port.parse().ok()?;
    let named = |same: &str| if host.is_empty() { same.to_owned() } else { host.to_owned() };
    let addr = match server.addr() {
        ConnectionAddr::Tcp(same, _) => ConnectionAddr::Tcp(named(same), port),
        ConnectionAddr::TcpTls { host: same, insecure, tls_params, .. } => ConnectionAddr::TcpTls {
            host: named(same),
            port,
            insecure: *insecure,
            tls_params: tls_params.clone(),
        },
        _ => return None,
    };
    Some(server.clone().set_addr(addr))
}

#[cfg(test)]
mod tests {
    use redis::IntoConnectionInfo as _;

    use super::*;

    #[test]
    fn a_channel_that_lies_elsewhere_is_looked_for_there_with_the_same_password() {
        let server = "redis://:secret@10.0.0.1:6379".into_connection_info().unwrap();
        let there = moved(&server, "10.0.0.2:6380").unwrap();
        assert_eq!(there.addr().to_string(), "10.0.0.2:6380");
        assert_eq!(there.redis_settings().password(), Some("secret"));
        assert_eq!(moved(&server, ":6380").unwrap().addr().to_string(), "10.0.0.1:6380");
        assert!(moved(&server, "nonsense").is_none());
    }
}
