//! Requests that may come twice and shall act once.

use std::time::Duration;

use aihio_actors::model::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};

use super::dialect::Sql;
use super::entities::idempotency_key::{self, Column};
use super::{StoreError, Tenant};

/// The value of an `Idempotency-Key` header: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The value is empty, too long, or holds other characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`Idempotency-Key` must have 1 to 255 printable ASCII characters")]
pub struct InvalidIdempotencyKey;

impl IdempotencyKey {
    /// Checks and takes a header's value.
    ///
    /// # Errors
    /// When it is empty, longer than 255 characters, or holds others than printable ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidIdempotencyKey> {
        let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        let valid = printable && (1..=255).contains(&text.len());
        valid.then(|| Self(text.to_owned())).ok_or(InvalidIdempotencyKey)
    }
}

/// What is known of a request under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Idempotency {
    /// Nothing: do it, then tell [`Tenant::finish_idempotent`] how it went.
    First,
    /// It was done, and this was the answer.
    Replay {
        /// The HTTP status.
        status: u16,
        /// The media type of `body`.
        content_type: String,
        /// The answer's bytes.
        body: Vec<u8>,
    },
    /// The key was used for another request.
    Mismatch,
    /// The first request under it is still at work.
    InFlight,
}

/// After this long a request at work counts as lost with its process, and may be done again.
const ABANDONED_AFTER: Duration = Duration::from_secs(60);
/// After this long a key is forgotten.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// Takes the key: a new one, one that is past its time, or the same request's that was abandoned.
const REMEMBER: Sql = Sql::same(
    "INSERT INTO idempotency_keys (account_id, key, fingerprint, created_at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (account_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = NULL, \
     content_type = NULL, body = NULL, created_at = excluded.created_at \
     WHERE idempotency_keys.created_at < $6 OR (idempotency_keys.status IS NULL \
     AND idempotency_keys.fingerprint = excluded.fingerprint AND idempotency_keys.created_at < $5)",
);

impl Tenant {
    /// Takes the key for a request with this fingerprint, or says what became of the first request under it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remember(
        &self,
        key: &IdempotencyKey,
        request_fingerprint: [u8; 32],
        at: Timestamp,
    ) -> Result<Idempotency, StoreError> {
        let values = vec![
            self.owner().into(),
            key.0.as_str().into(),
            request_fingerprint.to_vec().into(),
            at.into(),
            (at - ABANDONED_AFTER).into(),
            (at - FORGOTTEN_AFTER).into(),
        ];
        let taken = self.writer().execute_raw(REMEMBER.with(self.writer(), values)).await?;
        if taken.rows_affected() > 0 {
            return Ok(Idempotency::First);
        }
        let select = self.find::<idempotency_key::Entity>().filter(Column::Key.eq(key.0.as_str()));
        match select.one(self.writer()).await? {
            None => Ok(Idempotency::InFlight),
            Some(row) => outcome(row, request_fingerprint),
        }
    }

    /// Keeps the answer of a request that was done under the key.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn finish_idempotent(
        &self,
        key: &IdempotencyKey,
        status: u16,
        content_type: &str,
        body: &[u8],
    ) -> Result<(), StoreError> {
        let update = self
            .update::<idempotency_key::Entity>()
            .filter(Column::Key.eq(key.0.as_str()))
            .col_expr(Column::Status, Expr::value(i32::from(status)))
            .col_expr(Column::ContentType, Expr::value(content_type))
            .col_expr(Column::Body, Expr::value(body.to_vec()));
        update.exec(self.writer()).await?;
        Ok(())
    }

    /// Gives a key back whose request was not done, so that it can be sent again at once.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn forget_idempotent(&self, key: &IdempotencyKey) -> Result<(), StoreError> {
        let remove = self.remove::<idempotency_key::Entity>().filter(Column::Key.eq(key.0.as_str()));
        remove.filter(Column::Status.is_null()).exec(self.writer()).await?;
        Ok(())
    }
}

fn outcome(row: idempotency_key::Model, fingerprint: [u8; 32]) -> Result<Idempotency, StoreError> {
    if row.fingerprint != fingerprint {
        return Ok(Idempotency::Mismatch);
    }
    let Some(status) = row.status else { return Ok(Idempotency::InFlight) };
    let status = u16::try_from(status)
        .map_err(|_| StoreError::inconsistent("idempotency_keys", "status", &&row.key))?;
    Ok(Idempotency::Replay {
        status,
        content_type: row.content_type.unwrap_or_default(),
        body: row.body.unwrap_or_default(),
    })
}
