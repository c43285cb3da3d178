//! Where the two databases want other words, and how times and identities are written for both.

use aihio_actors::model::Timestamp;
use chrono::{DateTime, Datelike, SecondsFormat, SubsecRound};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

/// One request in the words of each database. Parameters are `$1`, `$2`, … in both.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sql {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Sql {
    /// Both understand the same.
    pub(super) const fn same(sql: &'static str) -> Self {
        Self { sqlite: sql, postgres: sql }
    }

    /// The request with its values, for this connection.
    pub(super) fn with(self, connection: &impl ConnectionTrait, values: Vec<Value>) -> Statement {
        let backend = connection.get_database_backend();
        let sql = if backend == DbBackend::Sqlite { self.sqlite } else { self.postgres };
        Statement::from_sql_and_values(backend, sql, values)
    }
}

/// A moment as text: both databases read it, and on SQLite, where times are text, the order of the texts is the order
/// of the moments. This is how the driver itself writes times there.
pub(super) fn moment(at: Timestamp) -> String {
    stored(at).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// The moment as it will be read back: PostgreSQL keeps microseconds.
pub(super) fn stored(at: Timestamp) -> Timestamp {
    at.trunc_subsecs(6)
}

/// The month, as `yyyymm`, of the time inside a UUID of version 7 (RFC 9562): the key of the partition for everything
/// that belongs to that id. Ids of other versions have some month too, always the same one.
pub(super) fn month_of(id: Uuid) -> i32 {
    let millis = i64::try_from(id.as_u128() >> 80).unwrap_or(0);
    DateTime::from_timestamp_millis(millis).map_or(0, month)
}

/// A moment's month, as `yyyymm`.
pub(super) fn month(at: Timestamp) -> i32 {
    at.year() * 100 + i32::try_from(at.month()).unwrap_or(0)
}

/// Writes rows as the JSON array that the set-based statements read.
pub(super) fn json_rows<T: serde::Serialize>(rows: &[T]) -> Result<String, serde_json::Error> {
    json_text(rows)
}

/// Writes a value as JSON. NUL, which PostgreSQL has no place for in a text, becomes U+FFFD: one odd character must not
/// keep a whole batch out.
pub(super) fn json_text<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string(value)?;
    if !text.contains("\\u0000") {
        return Ok(text);
    }
    let mut value: serde_json::Value = serde_json::from_str(&text)?;
    replace_nul(&mut value);
    serde_json::to_string(&value)
}

/// Replaces NUL in every text of a JSON value.
pub(super) fn replace_nul(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        serde_json::Value::Array(items) => items.iter_mut().for_each(replace_nul),
        serde_json::Value::Object(fields) => {
            fields.values_mut().for_each(replace_nul);
            if fields.keys().any(|key| key.contains('\0')) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "\u{fffd}"), value))
                    .collect();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The id of version 7 that is made at that millisecond.
    fn id_at(millis: i64) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &[7; 10]).into_uuid()
    }

    #[test]
    fn an_id_s_month_is_that_of_the_time_inside_it() -> chrono::ParseResult<()> {
        let at: Timestamp = "2026-12-31T23:59:59.999Z".parse()?;
        assert_eq!(month_of(id_at(at.timestamp_millis())), 202_612);
        assert_eq!(month_of(id_at(at.timestamp_millis() + 1)), 202_701);
        assert_eq!(month_of(Uuid::from_u128(7)), 197_001);
        Ok(())
    }

    #[test]
    fn moments_as_text_stand_in_order_of_time() -> chrono::ParseResult<()> {
        let moments = ["00:00:00", "00:00:00.000001", "00:00:00.001", "00:00:01"];
        let texts = moments
            .iter()
            .map(|time| format!("2026-01-01T{time}Z").parse().map(moment))
            .collect::<Result<Vec<_>, _>>()?;
        assert!(texts.is_sorted(), "{texts:?}");
        Ok(())
    }

    #[test]
    fn a_nul_is_replaced_and_its_spelling_is_not() -> serde_json::Result<()> {
        assert_eq!(json_rows(&["a\0b", "a\\u0000b"])?, "[\"a\u{fffd}b\",\"a\\\\u0000b\"]");
        Ok(())
    }
}
