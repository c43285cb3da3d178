//! What happened to sessions, step by step, as far as it is recorded.

use std::collections::HashSet;

use aihio_actors::model::{AccountId, ChatbotId, SessionId, Timestamp};
use aihio_actors::ports::PortError;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use uuid::Uuid;
use uuid::fmt::Simple;

use super::dialect::{Sql, json_rows, moment};
use super::entities::{session, session_input};
use super::patience::Patience;
use super::{Store, StoreError, Tenant};

/// A step of a session's life as it is kept. What is in `payload` is not the store's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRow {
    /// Whose life.
    pub session_id: SessionId,
    /// Whose session.
    pub account_id: AccountId,
    /// With which chatbot.
    pub chatbot_id: ChatbotId,
    /// The life; later lives have higher ids.
    pub life: Uuid,
    /// The step's place in it, from 0.
    pub nth: u64,
    /// When it happened.
    pub at: Timestamp,
    /// The layout of the payload.
    pub version: u16,
    /// What happened.
    pub payload: String,
}

#[derive(Serialize)]
struct JsonRow<'a> {
    session: Simple,
    account: Simple,
    chatbot: Simple,
    life: Simple,
    nth: u64,
    at: String,
    version: u16,
    payload: &'a str,
}

/// Nothing is kept for a session that was erased. Whoever erases one waits for those who write behind it.
const KEEP: Sql = Sql {
    sqlite: "INSERT INTO session_inputs (session_id, life, nth, account_id, chatbot_id, at, version, payload) \
             SELECT sessions.session_id, unhex(value ->> 'life'), value ->> 'nth', sessions.account_id, \
             sessions.chatbot_id, value ->> 'at', value ->> 'version', value ->> 'payload' \
             FROM json_each($1) JOIN sessions ON sessions.session_id = unhex(value ->> 'session') \
             AND sessions.account_id = unhex(value ->> 'account') \
             AND sessions.chatbot_id = unhex(value ->> 'chatbot') WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO session_inputs (session_id, life, nth, account_id, chatbot_id, at, version, payload) \
             SELECT sessions.session_id, item.life, item.nth, sessions.account_id, sessions.chatbot_id, item.at, \
             item.version, item.payload FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (session uuid, account uuid, chatbot uuid, life uuid, nth bigint, at timestamptz, version integer, \
             payload text) JOIN sessions ON sessions.session_id = item.session \
             AND sessions.account_id = item.account AND sessions.chatbot_id = item.chatbot \
             FOR KEY SHARE OF sessions ON CONFLICT DO NOTHING",
};

impl Store {
    /// Keeps steps, all of them or none, but for those of sessions that are not stored: these are named. Keeping a step
    /// again changes nothing.
    ///
    /// # Errors
    /// When nothing was kept, or it is unknown whether it was.
    pub async fn keep_recording(&self, rows: &[RecordedRow]) -> Result<HashSet<SessionId>, PortError> {
        Patience::Work.ask("recordings", self.keep_steps(rows)).await
    }

    async fn keep_steps(&self, rows: &[RecordedRow]) -> Result<HashSet<SessionId>, StoreError> {
        let mut missing: HashSet<SessionId> = rows.iter().map(|row| row.session_id).collect();
        let stored: Vec<Uuid> = session::Entity::find()
            .select_only()
            .column(session::Column::SessionId)
            .filter(session::Column::SessionId.is_in(missing.iter().map(|id| id.as_uuid())))
            .into_tuple()
            .all(self.reader())
            .await?;
        for id in stored {
            missing.remove(&SessionId::from_uuid(id));
        }
        let kept = rows.iter().filter(|row| !missing.contains(&row.session_id));
        let json = json_rows(&kept.map(json_row).collect::<Vec<_>>())?;
        self.writer().execute_raw(KEEP.with(self.writer(), vec![json.into()])).await?;
        Ok(missing)
    }

    /// Forgets every step from before a moment, and says how many there were.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn forget_recordings(&self, before: Timestamp) -> Result<u64, StoreError> {
        let old = session_input::Entity::delete_many().filter(session_input::Column::At.lt(before));
        Ok(old.exec(self.writer()).await?.rows_affected)
    }

    /// Whose conversation it is, if it is stored: for the operator's own commands.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn session_account(&self, id: SessionId) -> Result<Option<AccountId>, StoreError> {
        let row = session::Entity::find_by_id(id.as_uuid()).one(self.reader()).await?;
        Ok(row.map(|row| AccountId::from_uuid(row.account_id)))
    }

    /// Every conversation of which something is recorded, oldest first, and whose it is: for the operator's own commands.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn recorded_sessions(&self) -> Result<Vec<(AccountId, SessionId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = session_input::Entity::find()
            .select_only()
            .column(session_input::Column::AccountId)
            .column(session_input::Column::SessionId)
            .distinct()
            .order_by_asc(session_input::Column::SessionId)
            .into_tuple()
            .all(self.reader())
            .await?;
        let ids = |(account, session)| (AccountId::from_uuid(account), SessionId::from_uuid(session));
        Ok(rows.into_iter().map(ids).collect())
    }
}

impl Tenant {
    /// All that is recorded of a conversation: life after life, step after step.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn recording(&self, session: SessionId) -> Result<Vec<RecordedRow>, StoreError> {
        let select = self
            .find::<session_input::Entity>()
            .filter(session_input::Column::SessionId.eq(session.as_uuid()))
            .order_by_asc(session_input::Column::Life)
            .order_by_asc(session_input::Column::Nth);
        select.all(self.reader()).await?.into_iter().map(row).collect()
    }
}

fn json_row(row: &RecordedRow) -> JsonRow<'_> {
    JsonRow {
        session: row.session_id.as_uuid().simple(),
        account: row.account_id.as_uuid().simple(),
        chatbot: row.chatbot_id.as_uuid().simple(),
        life: row.life.simple(),
        nth: row.nth,
        at: moment(row.at),
        version: row.version,
        payload: &row.payload,
    }
}

fn row(row: session_input::Model) -> Result<RecordedRow, StoreError> {
    let wrong = |column| StoreError::inconsistent("session_inputs", column, &row.session_id);
    Ok(RecordedRow {
        session_id: SessionId::from_uuid(row.session_id),
        account_id: AccountId::from_uuid(row.account_id),
        chatbot_id: ChatbotId::from_uuid(row.chatbot_id),
        life: row.life,
        nth: u64::try_from(row.nth).map_err(|_| wrong("nth"))?,
        at: row.at,
        version: u16::try_from(row.version).map_err(|_| wrong("version"))?,
        payload: row.payload,
    })
}
