//! The histories of sessions.
//!
//! An append is a batch of many sessions' records in one transaction, with one prepared statement a table for many rows
//! (see `rows`), and a row costs microseconds. What guards a history is its gate, `sessions.last_seq`: the
//! batch moves each session's gate from before the first new event to the last, and inserts the events. A gate opens to
//! the session's newest owner alone (`sessions.owner_epoch`). When as many
//! gates moved and rows came as the batch has, every record was new and is kept. Only when the numbers differ (a batch
//! that is sent again, another writer, an erased session) is it taken back and looked at record by record.

mod batch;
mod event;
mod recheck;
mod rows;
mod transaction;
mod waking;
mod woken;
mod write;

use aihio_actors::model::{Event, Seq, SessionId, UsageRow};
use aihio_actors::ports::{Journal, Outcome, PortError, Record, Waking, Woken};
use async_trait::async_trait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use self::batch::Batch;
pub(super) use self::transaction::Transaction;
pub(super) use self::waking::WakingRoom;
use self::write::Written;
use super::dialect::month_of;
use super::entities::message::{self, Column};
use super::patience::Patience;
use super::{Store, StoreError};

pub(super) use self::event::event;

#[async_trait]
impl Journal for Store {
    async fn append(&self, records: &[Record]) -> Result<Vec<Outcome>, PortError> {
        Patience::Visitor.ask("journal", self.append_records(records)).await
    }

    async fn wake(&self, waking: Waking) -> Result<Option<Woken>, PortError> {
        Patience::Visitor.ask("journal", self.wake_session(waking)).await
    }

    async fn tail(&self, session: SessionId, after: Seq, limit: u32) -> Result<Vec<Event>, PortError> {
        let tail = async {
            let _turn = self.reading().await;
            let rows = history(session, after).limit(u64::from(limit)).all(self.reader()).await?;
            rows.into_iter().map(event).collect::<Result<_, StoreError>>()
        };
        Patience::Visitor.ask("journal", tail).await
    }
}

impl Store {
    /// Keeps what was used outside of any conversation. Each answer among it spends a credit, in the same transaction.
    ///
    /// # Errors
    /// When it was not kept, or it is unknown whether it was.
    pub async fn count_usage(&self, usage: &[UsageRow]) -> Result<(), PortError> {
        let count = async {
            let mut batch = Batch::default();
            batch.push_counted(usage);
            let mut transaction = Transaction::begin(self.writer()).await?;
            batch.write_beside(&mut transaction, self.leases()).await?;
            transaction.commit().await
        };
        Patience::Visitor.ask("usage", count).await
    }

    async fn append_records(&self, records: &[Record]) -> Result<Vec<Outcome>, StoreError> {
        let batch = Batch::of(records)?;
        if batch.is_contiguous() {
            let mut transaction = Transaction::begin(self.writer()).await?;
            match batch.write(&mut transaction, self.leases()).await {
                Ok(Written::Whole) => {
                    transaction.commit().await?;
                    return Ok(vec![Outcome::Kept; records.len()]);
                }
                Ok(Written::InPart) => transaction.rollback().await?,
                Err(error) if error.may_pass() => return Err(error),
                // One record that the database can't take must not keep the others out: look at each.
                Err(_) => transaction.rollback().await?,
            }
        }
        recheck::append(self, records).await
    }
}

/// A session's events after a position, in order.
fn history(session: SessionId, after: Seq) -> Select<message::Entity> {
    message::Entity::find()
        .filter(Column::SessionId.eq(session.as_uuid()))
        .filter(Column::SessionMonth.eq(month_of(session.as_uuid())))
        .filter(Column::Seq.gt(i64::try_from(after.0).unwrap_or(i64::MAX)))
        .order_by_asc(Column::Seq)
}
