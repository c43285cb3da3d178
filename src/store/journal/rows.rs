//! How rows reach a table: on PostgreSQL as one array a column (`UNNEST`), on SQLite as placeholders in rows. Either way
//! it is one prepared statement for many rows, and the values go to the driver itself: the ORM would copy each of them
//! twice, in the one place of the program where that is felt.

use std::sync::OnceLock;

use sea_orm::sqlx::postgres::PgArguments;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::sqlite::SqliteArguments;
use sea_orm::sqlx::{Postgres, Sqlite};

/// A statement on PostgreSQL with what was bound to it.
pub(super) type PostgresQuery<'q> = Query<'q, Postgres, PgArguments>;
/// A statement on SQLite with what was bound to it.
pub(super) type SqliteQuery<'q> = Query<'q, Sqlite, SqliteArguments>;

/// Rows that one statement on SQLite takes. It is prepared for these numbers alone, and any number is a sum of few of
/// them: each statement is a way to SQLite's own thread and back, which small batches would feel. The largest stays
/// below SQLite's 32,766 parameters.
const SIZES: [usize; 20] = [1024, 256, 64, 32, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

/// A row of a table that batches are written to.
pub(super) trait Row: Sized {
    /// The statement on PostgreSQL: `$1`, `$2`, … are the columns.
    const POSTGRES: &'static str;

    /// The statement on SQLite.
    fn sqlite() -> &'static Statement;

    /// Binds this row.
    fn bind_row<'q>(&self, query: SqliteQuery<'q>) -> SqliteQuery<'q>;

    /// Binds the columns of all rows.
    fn bind_columns<'q>(rows: &[Self], query: PostgresQuery<'q>) -> PostgresQuery<'q>;
}

/// A statement on SQLite, written out for each number of rows that it takes.
pub(super) struct Statement {
    around: [&'static str; 2],
    width: usize,
    texts: [OnceLock<String>; SIZES.len()],
}

impl Statement {
    /// The statement with rows of so many columns between what comes before and after them.
    pub(super) const fn new(around: [&'static str; 2], width: usize) -> Self {
        Self { around, width, texts: [const { OnceLock::new() }; SIZES.len()] }
    }

    /// Each number of rows, the largest first, with the statement for it.
    pub(super) fn by_size(&self) -> impl Iterator<Item = (usize, &str)> {
        let texts = SIZES.into_iter().zip(&self.texts);
        texts.map(|(rows, text)| (rows, text.get_or_init(|| self.for_rows(rows)).as_str()))
    }

    fn for_rows(&self, rows: usize) -> String {
        let [before, after] = self.around;
        let row = format!("({})", vec!["?"; self.width].join(","));
        format!("{before}{}{after}", vec![row.as_str(); rows].join(","))
    }
}

/// Says how a type's fields are the columns of a table.
macro_rules! columns {
    ($row:ty { $($field:ident),+ $(,)? } sqlite: $sqlite:expr, postgres: $postgres:expr $(,)?) => {
        impl $crate::store::journal::rows::Row for $row {
            const POSTGRES: &'static str = $postgres;

            fn sqlite() -> &'static $crate::store::journal::rows::Statement {
                static STATEMENT: $crate::store::journal::rows::Statement =
                    $crate::store::journal::rows::Statement::new($sqlite, [$(stringify!($field)),+].len());
                &STATEMENT
            }

            fn bind_row<'q>(
                &self,
                query: $crate::store::journal::rows::SqliteQuery<'q>,
            ) -> $crate::store::journal::rows::SqliteQuery<'q> {
                query$(.bind(self.$field.clone()))+
            }

            fn bind_columns<'q>(
                rows: &[Self],
                query: $crate::store::journal::rows::PostgresQuery<'q>,
            ) -> $crate::store::journal::rows::PostgresQuery<'q> {
                query$(.bind(rows.iter().map(|row| row.$field.clone()).collect::<Vec<_>>()))+
            }
        }
    };
}

pub(super) use columns;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_in_rows() {
        let statement = Statement::new(["VALUES ", ";"], 2);
        assert_eq!(statement.for_rows(3), "VALUES (?,?),(?,?),(?,?);");
    }

    #[test]
    fn every_number_of_rows_is_a_sum_of_sizes() {
        assert!(SIZES.is_sorted_by(|larger, smaller| larger > smaller));
        assert_eq!(SIZES.last(), Some(&1));
    }
}
