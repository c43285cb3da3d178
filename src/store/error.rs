//! How the store fails.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::ports::PortError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlErr, SqlxError};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database refused, or is out of reach.
    #[error("the database did not do what it was asked")]
    Unavailable(#[from] DbErr),
    /// Somebody else was first: the named thing is taken or has changed.
    #[error("`{0}` is taken or has changed")]
    Conflict(&'static str),
    /// A row can't be understood.
    #[error("the row {row} of `{table}` holds a value in `{column}` that is not understood")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// The connection neither answers nor breaks.
    #[error("the database has not answered within {} s", .0.as_secs())]
    Silent(Duration),
    /// What was asked for together with others failed.
    #[error(transparent)]
    Together(Arc<StoreError>),
    /// Whoever asked for it together with others is gone.
    #[error("the question to the database was given up")]
    GivenUp,
    /// The schema is not the one that this program needs.
    #[error(transparent)]
    Schema(#[from] aihio_migrations::MigrateError),
    /// The folder of the database file can't be made.
    #[error("the folder {} can't be made", folder.display())]
    Folder {
        /// Which one.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A value can't be written down as JSON.
    #[error("a value can't be written as JSON")]
    Unwritable(#[from] serde_json::Error),
}

impl StoreError {
    /// A row that can't be understood.
    pub(super) fn inconsistent(table: &'static str, column: &'static str, row: &impl ToString) -> Self {
        Self::Inconsistent { table, column, row: row.to_string() }
    }

    /// Takes a broken unique constraint for a conflict over `name`.
    pub(super) fn unique(error: DbErr, name: &'static str) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Conflict(name),
            _ => Self::Unavailable(error),
        }
    }

    /// Whether trying again may help.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Unavailable(error) => is_transient(error),
            Self::Silent(_) | Self::GivenUp => true,
            Self::Together(error) => error.may_pass(),
            _ => false,
        }
    }

    /// The same failure as the engine's ports tell it.
    pub(super) fn at(self, port: &'static str) -> PortError {
        if self.may_pass() { PortError::transient(port, self) } else { PortError::permanent(port, self) }
    }
}

/// Whether trying again may help: the connection, a time-out, a lock, a disk, but not the statement.
fn is_transient(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout | ConnAcquireErr::ConnectionClosed) => true,
        DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.as_ref() {
                SqlxError::Database(error) => {
                    let code = error.code().unwrap_or_default();
                    if error.try_downcast_ref::<sea_orm::SqlxPostgresError>().is_some() {
                        is_transient_in_postgres(&code)
                    } else {
                        is_transient_in_sqlite(&code)
                    }
                }
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => true,
                _ => false,
            }
        }
        _ => false,
    }
}

/// The classes of SQLSTATE (PostgreSQL manual, appendix A) that pass: connection, transaction rollback, resources,
/// operator intervention (which holds the statement time-out), system errors, locks; and a node that became a replica.
fn is_transient_in_postgres(code: &str) -> bool {
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
        || ["55P03", "25006"].contains(&code)
}

/// SQLite's primary result codes that pass: busy, locked, out of memory, input or output error, full, can't open.
fn is_transient_in_sqlite(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| [5, 6, 7, 10, 13, 14].contains(&(code & 0xff)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_passes_and_a_wrong_statement_does_not() {
        assert!(is_transient(&DbErr::Conn(RuntimeErr::Internal("refused".into()))));
        assert!(is_transient_in_postgres("57P01"));
        assert!(!is_transient_in_postgres("42601"));
        assert!(is_transient_in_sqlite("261"), "an extended code counts by its primary one");
        assert!(!is_transient_in_sqlite("1"));
    }
}
