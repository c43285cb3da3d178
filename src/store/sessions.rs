//! Conversations, as the team reads them.

use aihio_actors::model::{
    AccountId, ChatbotId, Epoch, Event, MessageId, OwnerEpoch, Phase, Receipt, Seq, SessionId, SessionMeta,
    Timestamp,
};
use aihio_actors::ports::Opened;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, TransactionTrait};

use super::dialect::{Sql, month_of};
use super::entities::{message, receipt, session};
use super::page::{Listing, by_id};
use super::words::Word;
use super::{Existence, Page, Paged, StoreError, Tenant, journal};

/// A conversation with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// Its fixed facts.
    pub meta: SessionMeta,
    /// Who may answer now.
    pub state: Phase,
    /// The position of its last event.
    pub last_seq: Seq,
    /// How many messages were said.
    pub messages: u64,
    /// When the last of them was.
    pub last_message_at: Option<Timestamp>,
}

impl Tenant {
    /// A chatbot's conversations.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn sessions(
        &self,
        chatbot: ChatbotId,
        page: &Page,
    ) -> Result<Paged<SessionRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: session::Column::SessionId,
            key: by_id,
            place: |row: &session::Model| row.session_id,
            item: record,
        };
        let select = self.find::<session::Entity>().filter(session::Column::ChatbotId.eq(chatbot.as_uuid()));
        listing.page(select, page).await
    }

    /// The ids of all conversations of a chatbot.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn session_ids(&self, chatbot: ChatbotId) -> Result<Vec<SessionId>, StoreError> {
        let select = self.find::<session::Entity>().filter(session::Column::ChatbotId.eq(chatbot.as_uuid()));
        let ids = select.select_only().column(session::Column::SessionId).into_tuple();
        let ids: Vec<uuid::Uuid> = ids.all(self.reader()).await?;
        Ok(ids.into_iter().map(SessionId::from_uuid).collect())
    }

    /// The conversation.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn session(&self, id: SessionId) -> Result<Option<SessionRecord>, StoreError> {
        let select = self.find::<session::Entity>().filter(session::Column::SessionId.eq(id.as_uuid()));
        select.one(self.reader()).await?.map(record).transpose()
    }

    /// Up to `limit` events of a conversation after a position, in order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn messages(
        &self,
        session: SessionId,
        after: Seq,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        let select = self
            .find::<message::Entity>()
            .filter(message::Column::SessionId.eq(session.as_uuid()))
            .filter(message::Column::SessionMonth.eq(month_of(session.as_uuid())))
            .filter(message::Column::Seq.gt(i64::try_from(after.0).unwrap_or(i64::MAX)))
            .order_by_asc(message::Column::Seq)
            .limit(u64::from(limit));
        select.all(self.reader()).await?.into_iter().map(journal::event).collect()
    }

    /// How an answer came about.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn receipt(&self, message: MessageId) -> Result<Option<Receipt>, StoreError> {
        let select = self.find::<receipt::Entity>().filter(receipt::Column::MessageId.eq(message.as_uuid()));
        let Some(row) = select.one(self.reader()).await? else { return Ok(None) };
        let receipt = serde_json::from_value(row.receipt);
        receipt.map(Some).map_err(|_| StoreError::inconsistent("receipts", "receipt", &message))
    }

    /// Erases a conversation with all it holds. What it used stays counted.
    ///
    /// # Errors
    /// When the store can't be written; nothing is erased then.
    pub async fn delete_session(&self, id: SessionId) -> Result<Existence, StoreError> {
        let transaction = self.writer().begin().await?;
        let remove = self.remove::<session::Entity>().filter(session::Column::SessionId.eq(id.as_uuid()));
        if remove.exec(&transaction).await?.rows_affected == 0 {
            return Ok(Existence::Absent);
        }
        for erase in ERASE {
            transaction.execute_raw(erase.with(&transaction, vec![id.as_uuid().into()])).await?;
        }
        let messages = vec![id.as_uuid().into(), month_of(id.as_uuid()).into()];
        transaction.execute_raw(ERASE_MESSAGES.with(&transaction, messages)).await?;
        transaction.commit().await?;
        Ok(Existence::Present)
    }
}

/// What hangs on a session that is known to be the account's and whose gate is gone.
const ERASE: [Sql; 5] = [
    Sql::same("DELETE FROM receipts WHERE session_id = $1"),
    Sql::same("DELETE FROM feedback WHERE session_id = $1"),
    Sql::same("DELETE FROM leads WHERE session_id = $1"),
    Sql::same("DELETE FROM snapshots WHERE kind = 'session' AND id = $1"),
    Sql::same("DELETE FROM session_inputs WHERE session_id = $1"),
];

const ERASE_MESSAGES: Sql = Sql::same("DELETE FROM messages WHERE session_id = $1 AND session_month = $2");

/// The fixed facts in a session's row.
fn meta(row: session::Model) -> Result<SessionMeta, StoreError> {
    let visitor = serde_json::from_value(row.visitor)
        .map_err(|_| StoreError::inconsistent("sessions", "visitor", &row.session_id))?;
    Ok(SessionMeta {
        session_id: SessionId::from_uuid(row.session_id),
        chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
        account_id: AccountId::from_uuid(row.account_id),
        epoch: Epoch(row.epoch.into()),
        visitor,
        locale: row.locale,
        page_url: row.page_url,
        opened_at: row.opened_at,
    })
}

/// A session as its owner finds it.
pub(super) fn opened(row: session::Model) -> Result<Opened, StoreError> {
    let owner = u64::try_from(row.owner_epoch);
    let owner = owner.map_err(|_| StoreError::inconsistent("sessions", "owner_epoch", &row.session_id))?;
    Ok(Opened { meta: meta(row)?, owner: OwnerEpoch(owner) })
}

fn record(row: session::Model) -> Result<SessionRecord, StoreError> {
    let wrong = |column| StoreError::inconsistent("sessions", column, &row.session_id);
    Ok(SessionRecord {
        state: Phase::read(&row.phase, "sessions", "phase")?,
        last_seq: Seq(u64::try_from(row.last_seq).map_err(|_| wrong("last_seq"))?),
        messages: u64::try_from(row.messages).map_err(|_| wrong("messages"))?,
        last_message_at: row.last_message_at,
        meta: meta(row)?,
    })
}
