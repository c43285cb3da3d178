//! The durable truth, on SQLite or PostgreSQL.
//!
//! [`Store`] implements the engine's ports (`Journal`, `Snapshots`, `Catalog`, `Knowledge`, `Jobs`, `Pages`, `Ledger`) and gives
//! [`Tenant`]s to whoever serves people. Rows of accounts are reached through a tenant alone: every statement it builds
//! names its account, so another account's id finds nothing. What belongs to the installation as a whole (who signs in,
//! which key was shown, whose a chatbot is) is asked of the store itself, and answers with the account to go on with.
//!
//! SQLite has one connection that writes and a few that read (write-ahead log); PostgreSQL has a pool. The two differ in
//! what is written here as `dialect::Sql`; everything else is said once.

mod accounts;
mod api_keys;
mod audit;
mod chatbot_secrets;
mod chatbots;
mod credits;
mod dialect;
#[expect(unreachable_pub, reason = "the derives of an entity want public types; the module keeps them in")]
mod entities;
mod error;
mod evaluation;
mod idempotency;
mod identity;
mod insight;
mod jobs;
mod journal;
mod knowledge;
mod ledger;
mod open;
mod outdated;
mod page;
mod partitions;
mod patience;
mod recordings;
mod resync;
mod room;
mod secrets;
mod sessions;
mod site;
mod snapshots;
mod sources;
mod tenant;
mod uploads;
mod usage;
mod vectors;
mod words;

pub use accounts::AccountRecord;
pub use api_keys::{ApiKeyRecord, KEY_USE_NOTED_EVERY, NewApiKey};
pub use audit::AuditEntry;
pub use chatbot_secrets::SecretName;
pub use chatbots::{Change, ConfigRecord, NewChatbot, StoredChatbot};
pub use error::StoreError;
pub use evaluation::{Draft, EvaluationQuestion};
pub use idempotency::{Idempotency, IdempotencyKey, InvalidIdempotencyKey};
pub use identity::{Existence, MemberRole, NewUser, Operator, UserRecord};
pub use insight::{FeedbackRecord, LeadRecord};
pub use open::{Durability, Migrate, Plans, StoreOptions, migrate};
pub use outdated::SourceChange;
pub use page::{Cursor, InvalidCursor, Page, Paged};
pub use recordings::RecordedRow;
pub use sessions::SessionRecord;
pub use site::PageRecord;
pub use sources::{NewSource, SourceRecord};
pub use tenant::Tenant;
pub use uploads::{NewUpload, UploadRecord};
pub use usage::UsageDay;

use std::sync::Arc;

use aihio_actors::model::{AccountId, PlanId};
use sea_orm::DatabaseConnection;
use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};
use uuid::Uuid;

use self::credits::LimitedAccounts;
use self::journal::WakingRoom;
use self::vectors::Comparing;

/// The store. Cloning it shares its connections.
#[derive(Clone, Debug)]
pub struct Store {
    connections: Arc<Connections>,
}

/// What all clones share.
#[derive(Debug)]
struct Connections {
    /// Takes every write. On SQLite this is the only connection that may.
    writer: DatabaseConnection,
    /// Answers what needs not see an uncommitted change.
    reader: DatabaseConnection,
    plans: Plans,
    default_plan: PlanId,
    /// This process among those that claim jobs and credits.
    process: Uuid,
    /// Turns at reading conversations back. After another process was stopped, thousands come at once: they wait here and
    /// not for a connection, where waiting has an end and where those who write would wait behind them.
    readings: Semaphore,
    /// Conversations that wake.
    waking_room: WakingRoom,
    /// Accounts with a limit that this process has claimed credits of.
    limited: LimitedAccounts,
    /// Whether the database compares vectors, once that was asked.
    comparing: OnceCell<Comparing>,
}

impl Store {
    /// The rows of an account.
    #[must_use]
    pub fn tenant(&self, account: AccountId) -> Tenant {
        Tenant::new(self.clone(), account)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.writer().ping().await?)
    }

    /// Closes all connections once their statements have ended. Clones of the store fail from then on.
    ///
    /// # Errors
    /// When the database fails at it.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader().close_by_ref().await?;
        Ok(self.writer().close_by_ref().await?)
    }

    /// Waits for a turn at reading a conversation back.
    async fn reading(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.connections.readings.acquire().await.ok()
    }

    fn waking_room(&self) -> &WakingRoom {
        &self.connections.waking_room
    }

    fn writer(&self) -> &DatabaseConnection {
        &self.connections.writer
    }

    fn reader(&self) -> &DatabaseConnection {
        &self.connections.reader
    }
}
