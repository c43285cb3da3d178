//! The way to Redis, be it one server or a Redis Cluster: what is there is found out when it is first needed.

use std::time::Duration;

use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, IntoConnectionInfo, Pipeline, RedisFuture,
    RedisResult, Value,
};
use tokio::sync::OnceCell;

use super::CacheError;

/// How long making a connection may take.
pub(super) const CONNECTION_TIMEOUT: Duration = Duration::from_millis(500);

/// A Redis that may be out of reach now.
pub(super) struct Server {
    info: ConnectionInfo,
    response_timeout: Duration,
    connection: OnceCell<Connection>,
}

/// A connection that is made again when it breaks. Cloning shares it.
#[derive(Clone)]
pub(super) enum Connection {
    /// To one server.
    Single(ConnectionManager),
    /// To the servers of a cluster.
    Cluster(ClusterConnection),
}

impl Server {
    /// Takes an address; nothing is connected yet.
    ///
    /// # Errors
    /// When the address is not understood.
    pub(super) fn at(url: &str, response_timeout: Duration) -> Result<Self, CacheError> {
        let info = url.into_connection_info().map_err(CacheError::Address)?;
        let info = info.set_tcp_settings(TcpSettings::default().set_nodelay(true));
        Client::open(info.clone()).map_err(CacheError::Address)?;
        Ok(Self { info, response_timeout, connection: OnceCell::new() })
    }

    /// The address that was given, for connections of another kind.
    pub(super) const fn info(&self) -> &ConnectionInfo {
        &self.info
    }

    /// The connection.
    ///
    /// # Errors
    /// When Redis could not be reached so far. Afterwards its commands fail while it can't.
    pub(super) async fn connection(&self) -> RedisResult<Connection> {
        self.connection.get_or_try_init(|| self.connect()).await.cloned()
    }

    async fn connect(&self) -> RedisResult<Connection> {
        if self.is_cluster().await? { self.connect_cluster().await } else { self.connect_single() }
    }

    /// Whether the server there is one of several.
    async fn is_cluster(&self) -> RedisResult<bool> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(self.response_timeout));
        let client = Client::open(self.info.clone())?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&config).await?;
        let section: String = redis::cmd("INFO").arg("cluster").query_async(&mut connection).await?;
        Ok(section.lines().any(|line| line.trim() == "cluster_enabled:1"))
    }

    fn connect_single(&self) -> RedisResult<Connection> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECTION_TIMEOUT))
            .set_response_timeout(Some(self.response_timeout))
            .set_number_of_retries(1);
        let client = Client::open(self.info.clone())?;
        ConnectionManager::new_lazy_with_config(client, config).map(Connection::Single)
    }

    async fn connect_cluster(&self) -> RedisResult<Connection> {
        let client = ClusterClient::builder([self.info.clone()])
            .connection_timeout(CONNECTION_TIMEOUT)
            .response_timeout(self.response_timeout)
            .retries(1)
            .build()?;
        client.get_async_connection().await.map(Connection::Cluster)
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::Single(connection) => connection.req_packed_command(command),
            Self::Cluster(connection) => connection.req_packed_command(command),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::Single(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}
