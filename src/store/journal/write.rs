//! The statements of an append: one a table, whatever the number of rows, which travel as one JSON array.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::Serialize;

use super::super::StoreError;
use super::super::credits::{self, Leases};
use super::super::dialect::{Sql, json_rows};
use super::batch::Batch;

/// Whether everything in a batch was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Each session opened, each gate moved, each event has its place.
    Whole,
    /// Something was there before, or is gone.
    InPart,
}

impl Batch<'_> {
    /// Writes all rows, as far as nothing is in their way.
    pub(super) async fn write(
        &self,
        transaction: &DatabaseTransaction,
        leases: Leases<'_>,
    ) -> Result<Written, StoreError> {
        let whole = insert(transaction, OPEN, &self.sessions).await?
            && insert(transaction, MOVE_GATES, &self.gates).await?
            && insert(transaction, INSERT_MESSAGES, &self.messages).await?;
        if !whole {
            return Ok(Written::InPart);
        }
        self.write_beside(transaction, leases).await?;
        Ok(Written::Whole)
    }

    /// Writes what hangs on the events. What is there already stays as it is.
    pub(super) async fn write_beside(
        &self,
        transaction: &DatabaseTransaction,
        leases: Leases<'_>,
    ) -> Result<(), StoreError> {
        let counted = insert(transaction, INSERT_USAGE, &self.usage).await?;
        insert(transaction, INSERT_RECEIPTS, &self.receipts).await?;
        insert(transaction, INSERT_FEEDBACK, &self.feedback).await?;
        insert(transaction, INSERT_LEADS, &self.leads).await?;
        // Usage that was there before was spent then. This comes last, since others may wait for the leases' rows.
        if counted {
            credits::spend(transaction, leases, &self.answers).await?;
        }
        Ok(())
    }
}

/// Whether as many rows were written as were given.
async fn insert<T: Serialize>(
    transaction: &DatabaseTransaction,
    sql: Sql,
    rows: &[T],
) -> Result<bool, StoreError> {
    if rows.is_empty() {
        return Ok(true);
    }
    let statement = sql.with(transaction, vec![json_rows(rows)?.into()]);
    let written = transaction.execute_raw(statement).await?.rows_affected();
    Ok(usize::try_from(written) == Ok(rows.len()))
}

const OPEN: Sql = Sql {
    sqlite: "INSERT INTO sessions \
             (session_id, account_id, chatbot_id, epoch, owner_epoch, visitor, locale, page_url, opened_at) \
             SELECT unhex(value ->> 'id'), unhex(value ->> 'account'), unhex(value ->> 'chatbot'), value ->> 'epoch', \
             value ->> 'owner', value -> 'visitor', value ->> 'locale', value ->> 'page', value ->> 'at' \
             FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO sessions \
             (session_id, account_id, chatbot_id, epoch, owner_epoch, visitor, locale, page_url, opened_at) \
             SELECT id, account, chatbot, epoch, owner, visitor, locale, page, at \
             FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (id uuid, account uuid, chatbot uuid, epoch text, owner bigint, visitor jsonb, locale text, page text, \
             at timestamptz) \
             ON CONFLICT DO NOTHING",
};

/// A gate moves only from where the writer believes it to stand, and only for the session's newest owner; so of two
/// writers one finds it moved or not its own any more, and a writer whose session was erased finds none.
const MOVE_GATES: Sql = Sql {
    sqlite: "UPDATE sessions SET last_seq = item.last, phase = coalesce(item.phase, sessions.phase), \
             messages = sessions.messages + item.messages, \
             last_message_at = coalesce(item.at, sessions.last_message_at) \
             FROM (SELECT unhex(value ->> 'id') AS id, unhex(value ->> 'account') AS account, \
                value ->> 'owner' AS owner, value ->> 'first' AS first, value ->> 'last' AS last, value ->> 'phase' AS phase, \
                value ->> 'messages' AS messages, value ->> 'at' AS at FROM json_each($1)) AS item \
             WHERE sessions.session_id = item.id AND sessions.account_id = item.account \
             AND sessions.last_seq = item.first - 1 AND sessions.owner_epoch = item.owner",
    postgres: "UPDATE sessions SET last_seq = item.last, phase = coalesce(item.phase, sessions.phase), \
             messages = sessions.messages + item.messages, \
             last_message_at = coalesce(item.at, sessions.last_message_at) \
             FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (id uuid, account uuid, owner bigint, first bigint, last bigint, phase text, messages bigint, at timestamptz) \
             WHERE sessions.session_id = item.id AND sessions.account_id = item.account \
             AND sessions.last_seq = item.first - 1 AND sessions.owner_epoch = item.owner",
};

const INSERT_MESSAGES: Sql = Sql {
    sqlite: "INSERT INTO messages (session_id, session_month, seq, account_id, chatbot_id, kind, message_id, \
             client_id, role, text, reply_to, citations, state, agent, at) \
             SELECT unhex(value ->> 'session'), value ->> 'month', value ->> 'seq', unhex(value ->> 'account'), \
             unhex(value ->> 'chatbot'), value ->> 'kind', unhex(value ->> 'id'), value ->> 'client', \
             value ->> 'role', value ->> 'text', unhex(value ->> 'reply'), value -> 'citations', \
             value ->> 'state', value ->> 'agent', value ->> 'at' \
             FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO messages (session_id, session_month, seq, account_id, chatbot_id, kind, message_id, \
             client_id, role, text, reply_to, citations, state, agent, at) \
             SELECT session, month, seq, account, chatbot, kind, id, client, role, text, reply, citations, \
             state, agent, at FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (session uuid, month integer, seq bigint, account uuid, chatbot uuid, kind text, id uuid, client text, \
             role text, text text, reply uuid, citations jsonb, state text, agent text, at timestamptz) \
             ON CONFLICT DO NOTHING",
};

const INSERT_USAGE: Sql = Sql {
    sqlite: "INSERT INTO usage_logs \
             (id, id_month, account_id, chatbot_id, session_id, message_id, type, amount, created_at) \
             SELECT unhex(value ->> 'id'), value ->> 'month', unhex(value ->> 'account'), \
             unhex(value ->> 'chatbot'), unhex(value ->> 'session'), unhex(value ->> 'message'), value ->> 'kind', \
             value ->> 'amount', value ->> 'at' FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO usage_logs \
             (id, id_month, account_id, chatbot_id, session_id, message_id, type, amount, created_at) \
             SELECT id, month, account, chatbot, session, message, kind, amount, at \
             FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (id uuid, month integer, account uuid, chatbot uuid, session uuid, message uuid, kind text, \
             amount bigint, at timestamptz) ON CONFLICT DO NOTHING",
};

const INSERT_RECEIPTS: Sql = Sql {
    sqlite: "INSERT INTO receipts (message_id, account_id, chatbot_id, session_id, receipt, created_at) \
             SELECT unhex(value ->> 'id'), unhex(value ->> 'account'), unhex(value ->> 'chatbot'), \
             unhex(value ->> 'session'), value -> 'receipt', value ->> 'at' \
             FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO receipts (message_id, account_id, chatbot_id, session_id, receipt, created_at) \
             SELECT id, account, chatbot, session, receipt, at FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (id uuid, account uuid, chatbot uuid, session uuid, receipt jsonb, at timestamptz) \
             ON CONFLICT DO NOTHING",
};

/// Nothing is kept for a session that was erased.
const INSERT_FEEDBACK: Sql = Sql {
    sqlite: "INSERT INTO feedback (message_id, account_id, chatbot_id, session_id, rating, comment, at) \
             SELECT unhex(value ->> 'id'), account_id, chatbot_id, session_id, value ->> 'rating', \
             value ->> 'comment', value ->> 'at' \
             FROM json_each($1) JOIN sessions ON session_id = unhex(value ->> 'session') WHERE true \
             ON CONFLICT (message_id) DO UPDATE SET rating = excluded.rating, comment = excluded.comment, \
             at = excluded.at WHERE excluded.at >= feedback.at",
    postgres: "INSERT INTO feedback (message_id, account_id, chatbot_id, session_id, rating, comment, at) \
             SELECT id, account_id, chatbot_id, session_id, rating, comment, at \
             FROM jsonb_to_recordset($1::text::jsonb) AS item \
             (id uuid, session uuid, rating text, comment text, at timestamptz) \
             JOIN sessions ON session_id = session \
             ON CONFLICT (message_id) DO UPDATE SET rating = excluded.rating, comment = excluded.comment, \
             at = excluded.at WHERE excluded.at >= feedback.at",
};

/// Nothing is kept for a session that was erased.
const INSERT_LEADS: Sql = Sql {
    sqlite: "INSERT INTO leads (lead_id, account_id, chatbot_id, session_id, fields, at) \
             SELECT unhex(value ->> 'id'), account_id, chatbot_id, session_id, value -> 'fields', value ->> 'at' \
             FROM json_each($1) JOIN sessions ON session_id = unhex(value ->> 'session') WHERE true \
             ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO leads (lead_id, account_id, chatbot_id, session_id, fields, at) \
             SELECT id, account_id, chatbot_id, session_id, fields, at \
             FROM jsonb_to_recordset($1::text::jsonb) AS item (id uuid, session uuid, fields jsonb, at timestamptz) \
             JOIN sessions ON session_id = session ON CONFLICT DO NOTHING",
};
