//! One step of the schema.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

/// What a step says to a database.
#[derive(Debug, Clone, Copy)]
pub enum Sql {
    /// Both databases take the same words.
    Same(&'static str),
    /// They differ.
    Each {
        /// For SQLite.
        sqlite: &'static str,
        /// For PostgreSQL.
        postgres: &'static str,
    },
}

/// A change of the schema and its undoing.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// The name under which the database remembers it: the file's.
    pub name: &'static str,
    /// Makes the change.
    pub up: Sql,
    /// Undoes it, with the data it brought.
    pub down: &'static str,
}

impl MigrationName for Step {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = match (self.up, manager.get_database_backend()) {
            (Sql::Same(sql), _) | (Sql::Each { sqlite: sql, .. }, DbBackend::Sqlite) => sql,
            (Sql::Each { postgres, .. }, _) => postgres,
        };
        manager.get_connection().execute_unprepared(sql).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(self.down).await.map(drop)
    }

    /// A step that fails half-way leaves nothing behind, on SQLite as well.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
