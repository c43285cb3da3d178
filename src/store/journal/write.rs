//! The statements of an append: one a table.

use serde::Serialize;

use super::super::StoreError;
use super::super::credits::{self, Leases};
use super::super::dialect::{Sql, json_rows};
use super::batch::{Batch, GateRow, MessageRow, ReceiptRow, SessionRow, UsageLogRow};
use super::rows::{Row, columns};
use super::transaction::Transaction;

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
        transaction: &mut Transaction,
        leases: Leases<'_>,
    ) -> Result<Written, StoreError> {
        let whole = write_all(transaction, &self.sessions).await?
            && write_all(transaction, &self.gates).await?
            && write_all(transaction, &self.messages).await?;
        if !whole {
            return Ok(Written::InPart);
        }
        self.write_beside(transaction, leases).await?;
        Ok(Written::Whole)
    }

    /// Writes what hangs on the events. What is there already stays as it is.
    pub(super) async fn write_beside(
        &self,
        transaction: &mut Transaction,
        leases: Leases<'_>,
    ) -> Result<(), StoreError> {
        let counted = write_all(transaction, &self.usage).await?;
        write_all(transaction, &self.receipts).await?;
        write_json(transaction, WRITE_FEEDBACK, &self.feedback).await?;
        write_json(transaction, INSERT_LEADS, &self.leads).await?;
        // Usage that was there before was spent then. This comes last, since others may wait for the leases' rows.
        if counted {
            credits::spend(transaction, leases, &self.answers).await?;
        }
        Ok(())
    }
}

/// Whether as many rows were written as were given.
async fn write_all<R: Row>(transaction: &mut Transaction, rows: &[R]) -> Result<bool, StoreError> {
    let written = transaction.write(rows).await?;
    Ok(usize::try_from(written) == Ok(rows.len()))
}

/// What comes seldom travels as one JSON array.
async fn write_json<T: Serialize>(
    transaction: &mut Transaction,
    sql: Sql,
    rows: &[T],
) -> Result<(), StoreError> {
    if rows.is_empty() { Ok(()) } else { transaction.run(sql, json_rows(rows)?, None).await }
}

columns! {
    SessionRow<'_> { id, account, chatbot, epoch, owner, visitor, locale, page, at }
    sqlite: [
        "INSERT INTO sessions \
         (session_id, account_id, chatbot_id, epoch, owner_epoch, visitor, locale, page_url, opened_at) VALUES ",
        " ON CONFLICT DO NOTHING",
    ],
    postgres: "INSERT INTO sessions \
         (session_id, account_id, chatbot_id, epoch, owner_epoch, visitor, locale, page_url, opened_at) \
         SELECT id, account, chatbot, epoch, owner, visitor::jsonb, locale, page, at \
         FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], \
         $9::timestamptz[]) AS item (id, account, chatbot, epoch, owner, visitor, locale, page, at) \
         ON CONFLICT DO NOTHING",
}

// A gate moves only from where the writer believes it to stand, and only for the session's newest owner; so of two
// writers one finds it moved or not its own any more, and a writer whose session was erased finds none.
columns! {
    GateRow { id, account, owner, before, last, phase, messages, at }
    sqlite: [
        "WITH item (id, account, owner, before, last, phase, messages, at) AS (VALUES ",
        ") UPDATE sessions SET last_seq = item.last, phase = coalesce(item.phase, sessions.phase), \
         messages = sessions.messages + item.messages, \
         last_message_at = coalesce(item.at, sessions.last_message_at) FROM item \
         WHERE sessions.session_id = item.id AND sessions.account_id = item.account \
         AND sessions.last_seq = item.before AND sessions.owner_epoch = item.owner",
    ],
    postgres: "UPDATE sessions SET last_seq = item.last, phase = coalesce(item.phase, sessions.phase), \
         messages = sessions.messages + item.messages, \
         last_message_at = coalesce(item.at, sessions.last_message_at) \
         FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[], \
         $8::timestamptz[]) AS item (id, account, owner, before, last, phase, messages, at) \
         WHERE sessions.session_id = item.id AND sessions.account_id = item.account \
         AND sessions.last_seq = item.before AND sessions.owner_epoch = item.owner",
}

columns! {
    MessageRow<'_> {
        session, month, seq, account, chatbot, kind, id, client, role, text, reply, citations, state, agent, at
    }
    sqlite: [
        "INSERT INTO messages (session_id, session_month, seq, account_id, chatbot_id, kind, message_id, \
         client_id, role, text, reply_to, citations, state, agent, at) VALUES ",
        " ON CONFLICT DO NOTHING",
    ],
    postgres: "INSERT INTO messages (session_id, session_month, seq, account_id, chatbot_id, kind, message_id, \
         client_id, role, text, reply_to, citations, state, agent, at) \
         SELECT session, month, seq, account, chatbot, kind, id, client, role, text, reply, citations::jsonb, \
         state, agent, at FROM UNNEST($1::uuid[], $2::integer[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], \
         $7::uuid[], $8::text[], $9::text[], $10::text[], $11::uuid[], $12::text[], $13::text[], $14::text[], \
         $15::timestamptz[]) AS item (session, month, seq, account, chatbot, kind, id, client, role, text, reply, \
         citations, state, agent, at) ON CONFLICT DO NOTHING",
}

columns! {
    UsageLogRow { id, month, account, chatbot, session, message, kind, amount, at }
    sqlite: [
        "INSERT INTO usage_logs \
         (id, id_month, account_id, chatbot_id, session_id, message_id, type, amount, created_at) VALUES ",
        " ON CONFLICT DO NOTHING",
    ],
    postgres: "INSERT INTO usage_logs \
         (id, id_month, account_id, chatbot_id, session_id, message_id, type, amount, created_at) \
         SELECT * FROM UNNEST($1::uuid[], $2::integer[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], \
         $8::bigint[], $9::timestamptz[]) ON CONFLICT DO NOTHING",
}

columns! {
    ReceiptRow { id, account, chatbot, session, receipt, at }
    sqlite: [
        "INSERT INTO receipts (message_id, account_id, chatbot_id, session_id, receipt, created_at) VALUES ",
        " ON CONFLICT DO NOTHING",
    ],
    postgres: "INSERT INTO receipts (message_id, account_id, chatbot_id, session_id, receipt, created_at) \
         SELECT id, account, chatbot, session, receipt::jsonb, at \
         FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[]) \
         AS item (id, account, chatbot, session, receipt, at) ON CONFLICT DO NOTHING",
}

/// Nothing is kept for a session that was erased.
const WRITE_FEEDBACK: Sql = Sql {
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
