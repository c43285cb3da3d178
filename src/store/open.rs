//! How the store is opened.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::{Plan, PlanId};
use sea_orm::sqlx::{Connection, Error as SqlxError, SqliteConnection};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OnceCell, Semaphore};
use uuid::Uuid;

use super::credits::LimitedAccounts;
use super::journal::WakingRoom;
use super::{Connections, Store, StoreError};

/// The plans of the installation, by key.
pub type Plans = HashMap<PlanId, Plan>;

/// When a write counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It is on disk and survives a loss of power.
    Commit,
    /// The database has it and may lose the last moments in a crash; never parts of a transaction.
    Async,
}

/// What happens to a schema that lacks steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrate {
    /// They are applied at start.
    AtStart,
    /// The start is refused.
    Refuse,
}

/// How the store is opened.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// `sqlite://path/to/file` or `postgres://…`. It may hold a password.
    pub url: SecretString,
    /// When a write counts as done.
    pub durability: Durability,
    /// What happens to a schema that lacks steps.
    pub migrate: Migrate,
    /// Most connections at once: of the pool on PostgreSQL, for reading on SQLite.
    pub connections_max: u32,
    /// What each plan allows.
    pub plans: Plans,
    /// The plan of accounts without a subscription.
    pub default_plan: PlanId,
}

/// A statement that takes longer has gone wrong: nothing here reads or writes without bound.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(15);
/// Waiting longer for a connection helps nobody: whoever asked has given up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long SQLite waits for another process that writes, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pages that SQLite's one writer keeps at hand: what a batch changes must fit, or it is written twice. Negative: KiB.
const CACHE_KIB: &str = "-32768";
/// What each connection that reads keeps at hand.
const READING_CACHE_KIB: &str = "-2000";
/// Statements that a connection keeps prepared: the journal's alone are a hundred.
const STATEMENTS_MAX: usize = 256;
/// Pages of 4 KiB in the log before they go to their places: pages that change again and again go there once.
const CHECKPOINT_PAGES: &str = "4096";

impl Store {
    /// Connects, makes the database file and its folder where they are missing, and brings the schema up to date.
    ///
    /// # Errors
    /// When the database is out of reach, newer than this program, or lacks steps that may not be applied.
    pub async fn open(options: StoreOptions) -> Result<Self, StoreError> {
        make_folder(options.url.expose_secret())?;
        if options.migrate == Migrate::AtStart {
            aihio_migrations::apply(options.url.expose_secret()).await?;
        }
        let store = Self::join(options).await?;
        if store.writer().get_database_backend() == DbBackend::Sqlite {
            store.release_claims().await?;
            store.end_all_leases().await?;
        }
        Ok(store)
    }

    /// Connects beside a server that may be running: nothing is made, brought up to date or taken over.
    ///
    /// # Errors
    /// When the database is not there, out of reach, or its schema is not this program's.
    pub async fn join(options: StoreOptions) -> Result<Self, StoreError> {
        let url = options.url.expose_secret();
        let (writer, reader) = if DbBackend::Sqlite.is_prefix_of(url) {
            let writer = sqlite(url, options.durability, Access::Write).await?;
            (writer, sqlite(url, options.durability, Access::Read(options.connections_max)).await?)
        } else {
            let pool = postgres(&options).await?;
            (pool.clone(), pool)
        };
        refuse_pending(&writer).await?;
        let readings = Semaphore::new(usize::try_from(options.connections_max / 2).unwrap_or(1).max(1));
        let StoreOptions { plans, default_plan, .. } = options;
        let (process, limited) = (process(), LimitedAccounts::default());
        let comparing = OnceCell::new();
        let connections = Connections {
            writer,
            reader,
            plans,
            default_plan,
            process,
            readings,
            waking_room: WakingRoom::default(),
            limited,
            comparing,
        };
        Ok(Self { connections: Arc::new(connections) })
    }
}

/// A name for this process among those that claim jobs and credits.
#[expect(
    clippy::disallowed_methods,
    reason = "it only has to differ from all others; nothing is replayed from it"
)]
fn process() -> Uuid {
    Uuid::new_v4()
}

/// Applies what the schema lacks, and names it.
///
/// # Errors
/// When the database is out of reach or newer than this program.
pub async fn migrate(url: &SecretString) -> Result<Vec<&'static str>, StoreError> {
    make_folder(url.expose_secret())?;
    Ok(aihio_migrations::apply(url.expose_secret()).await?)
}

async fn refuse_pending(database: &DatabaseConnection) -> Result<(), StoreError> {
    let pending = aihio_migrations::pending(database).await?;
    if pending.is_empty() {
        return Ok(());
    }
    Err(aihio_migrations::MigrateError::Pending(pending).into())
}

/// What a connection to SQLite is for.
enum Access {
    /// The one that writes.
    Write,
    /// At most so many that read.
    Read(u32),
}

async fn sqlite(url: &str, durability: Durability, access: Access) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(ACQUIRE_TIMEOUT).min_connections(1);
    let (query_only, cache_kib) = match access {
        Access::Write => {
            options.max_connections(1).idle_timeout(None).max_lifetime(None).map_sqlx_sqlite_pool_opts(
                |pool| pool.after_release(|connection, _| Box::pin(is_at_rest(connection))),
            );
            ("OFF", CACHE_KIB)
        }
        Access::Read(most) => {
            options.max_connections(most.max(1));
            ("ON", READING_CACHE_KIB)
        }
    };
    let synchronous = match durability {
        Durability::Commit => "FULL",
        Durability::Async => "NORMAL",
    };
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS_MAX)
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", synchronous)
            .pragma("query_only", query_only)
            .pragma("cache_size", cache_kib)
            .pragma("temp_store", "MEMORY")
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
    });
    Ok(Database::connect(options).await?)
}

/// Whether a connection that comes back has no transaction open. SQLite rolls back by itself where the disk is full or
/// fails; the driver then counts one transaction too many, takes the next ones for parts of it, and may leave them
/// uncommitted for ever. Such a connection is not used again.
async fn is_at_rest(connection: &mut SqliteConnection) -> Result<bool, SqlxError> {
    // What was asked of the connection before, a rollback perhaps, is done when it answers.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

async fn postgres(options: &StoreOptions) -> Result<DatabaseConnection, StoreError> {
    let mut connect = ConnectOptions::new(options.url.expose_secret());
    connect
        .sqlx_logging(false)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .min_connections(1)
        .max_connections(options.connections_max.max(2));
    let synchronous_commit = match options.durability {
        Durability::Commit => "on",
        Durability::Async => "off",
    };
    let timeout = STATEMENT_TIMEOUT.as_millis().to_string();
    connect.map_sqlx_postgres_opts(move |options| {
        options.application_name("aihio").options([
            ("synchronous_commit", synchronous_commit),
            ("statement_timeout", timeout.as_str()),
            ("idle_in_transaction_session_timeout", timeout.as_str()),
        ])
    });
    Ok(Database::connect(connect).await?)
}

/// Makes the folder of a SQLite file, and the file itself, since the driver by itself opens existing files alone.
fn make_folder(url: &str) -> Result<(), StoreError> {
    let Some(rest) = url.strip_prefix("sqlite:") else { return Ok(()) };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let file = Path::new(path.split_once('?').map_or(path, |(file, _)| file));
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let failed = |source| StoreError::Folder { folder: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)
}

#[cfg(test)]
mod tests {
    use sea_orm::{ConnectionTrait, TransactionTrait};

    use super::*;

    /// The folder of one test, gone with it.
    struct Folder(std::path::PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn after_a_transaction_that_sqlite_ended_by_itself_others_are_committed() {
        let folder = Folder(std::env::temp_dir().join(format!("aihio-store-{}", process().simple())));
        let url = format!("sqlite://{}?mode=rwc", folder.0.join("test.db").display());
        make_folder(&url).unwrap();
        let writer = sqlite(&url, Durability::Commit, Access::Write).await.unwrap();
        writer.execute_unprepared("CREATE TABLE said (text TEXT)").await.unwrap();
        for _ in 0..2 {
            let failed = writer.begin().await.unwrap();
            // As SQLite does by itself when the disk is full.
            let _ = failed.execute_unprepared("ROLLBACK").await;
            drop(failed);
        }
        let transaction = writer.begin().await.unwrap();
        transaction.execute_unprepared("INSERT INTO said VALUES ('kept')").await.unwrap();
        transaction.commit().await.unwrap();
        let reader = sqlite(&url, Durability::Commit, Access::Read(1)).await.unwrap();
        let said =
            reader.query_one_raw(sea_orm::Statement::from_string(DbBackend::Sqlite, "SELECT text FROM said"));
        assert!(said.await.unwrap().is_some(), "what was committed is there for others");
    }
}
