//! The months of the partitioned tables on PostgreSQL.

use aihio_actors::model::Timestamp;
use chrono::Months;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};

use super::dialect::month;
use super::{Store, StoreError};

/// Tables that have a partition for each month, with the column that says which.
const PARTITIONED: [(&str, &str); 2] = [("messages", "session_month"), ("usage_logs", "id_month")];

/// Months for which there are partitions before they begin.
const MONTHS_AHEAD: u32 = 3;

/// Under which one process at a time makes partitions.
const PARTITIONS_LOCK: &str = "SELECT pg_advisory_xact_lock(4102)";

impl Store {
    /// Makes the partitions of this month and those to come. SQLite has none to make.
    pub(super) async fn make_partitions(&self, now: Timestamp) -> Result<(), StoreError> {
        if self.writer().get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for ahead in 0..=MONTHS_AHEAD {
            let Some(first) = now.checked_add_months(Months::new(ahead)) else { continue };
            let Some(next) = first.checked_add_months(Months::new(1)) else { continue };
            for (table, column) in PARTITIONED {
                let partition = Partition { table, column, from: month(first), to: month(next) };
                self.make_partition(&partition).await?;
            }
        }
        Ok(())
    }

    async fn make_partition(&self, partition: &Partition) -> Result<(), StoreError> {
        let transaction = self.writer().begin().await?;
        transaction.execute_unprepared(PARTITIONS_LOCK).await?;
        if partition.exists(&transaction).await? {
            return Ok(());
        }
        for statement in partition.statements() {
            transaction.execute_unprepared(&statement).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// One month of one table.
struct Partition {
    table: &'static str,
    column: &'static str,
    from: i32,
    to: i32,
}

impl Partition {
    fn name(&self) -> String {
        format!("{}_{}", self.table, self.from)
    }

    async fn exists(&self, transaction: &DatabaseTransaction) -> Result<bool, StoreError> {
        let ask = "SELECT to_regclass($1)::text AS name WHERE to_regclass($1) IS NOT NULL";
        let ask = Statement::from_sql_and_values(DbBackend::Postgres, ask, [self.name().into()]);
        Ok(transaction.query_one_raw(ask).await?.is_some())
    }

    /// Rows that came before their partition lie in the default one. They move first, because PostgreSQL attaches no
    /// partition whose rows the default holds; the lock keeps others from adding to them meanwhile.
    fn statements(&self) -> [String; 5] {
        let Self { table, column, from, to } = self;
        let name = self.name();
        [
            format!("LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE"),
            format!("CREATE TABLE {name} (LIKE {table} INCLUDING ALL)"),
            format!(
                "INSERT INTO {name} SELECT * FROM {table}_default WHERE {column} >= {from} AND {column} < {to}"
            ),
            format!("DELETE FROM {table}_default WHERE {column} >= {from} AND {column} < {to}"),
            format!("ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to})"),
        ]
    }
}
