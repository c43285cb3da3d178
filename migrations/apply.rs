//! Runs the steps, one process at a time.

use std::time::Duration;

use sea_orm_migration::sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};
use sea_orm_migration::{DbErr, MigrationTrait, MigratorTrait};

use crate::STEPS;

/// The advisory lock under which PostgreSQL is migrated: "aihio" in ASCII.
const LOCK: i64 = 0x61_69_68_69_6f;

/// How the name of a step ends that takes something away. Programs from before it may not run after it; steps with any
/// other name only add, so they may: while nodes are replaced one by one, an old one that crashes must come back.
const TAKES_AWAY: &str = "_contract";

/// How long somebody who only wants to look waits for a connection.
const LOOK_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the schema is not what this program needs.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database was migrated by a newer program, which took something away.
    #[error(
        "the database holds the schema step `{0}`, which took away what this version of aihio needs. \
         Run the version that made it, or a newer one"
    )]
    Unknown(String),
    /// Steps are pending and may not be applied at start.
    #[error("the database lacks {} schema steps, from `{}` on. Run `aihio migrate` first", .0.len(), .0.first().map_or("", |name| name))]
    Pending(Vec<&'static str>),
    /// The database refused or is out of reach.
    #[error("the schema could not be read or changed")]
    Database(#[from] DbErr),
}

struct Steps;

impl MigratorTrait for Steps {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        STEPS.iter().map(|step| Box::new(**step) as Box<dyn MigrationTrait>).collect()
    }
}

/// Applies what is pending and names it.
///
/// On PostgreSQL this holds an advisory lock on a connection of its own, so that of many processes that start together
/// one migrates and the others wait, then find nothing to do.
///
/// # Errors
/// When the database is newer than this program, or fails.
pub async fn apply(url: &str) -> Result<Vec<&'static str>, MigrateError> {
    let database = connect(url).await?;
    let applied = apply_locked(&database).await;
    database.close().await?;
    applied
}

async fn apply_locked(database: &DatabaseConnection) -> Result<Vec<&'static str>, MigrateError> {
    // Closing the connection releases the lock, whichever way this ends.
    lock(database).await?;
    let names = pending(database).await?;
    if !names.is_empty() {
        Steps::up(database, None).await?;
    }
    Ok(names)
}

/// Takes all steps back, newest first, with all data.
///
/// # Errors
/// When the database is newer than this program, or fails.
pub async fn revert(url: &str) -> Result<(), MigrateError> {
    let database = connect(url).await?;
    lock(&database).await?;
    let known = pending(&database).await;
    let reverted = match known {
        Ok(_) => Steps::down(&database, None).await.map_err(MigrateError::from),
        Err(error) => Err(error),
    };
    database.close().await?;
    reverted
}

/// The steps that are not applied yet, oldest first. Changes nothing.
///
/// # Errors
/// [`MigrateError::Unknown`] when the database has taken a step that this program does not know and can't live with.
pub async fn pending(database: &DatabaseConnection) -> Result<Vec<&'static str>, MigrateError> {
    let applied = applied(database).await?;
    let known = |name: &String| STEPS.iter().any(|step| step.name == name);
    if let Some(name) = applied.iter().find(|name| !known(name) && name.ends_with(TAKES_AWAY)) {
        return Err(MigrateError::Unknown(name.clone()));
    }
    let is_pending = |name: &&'static str| !applied.iter().any(|done| done == name);
    Ok(STEPS.iter().map(|step| step.name).filter(is_pending).collect())
}

/// As [`pending`], on a connection of its own.
///
/// # Errors
/// As [`pending`], or when the database is out of reach.
pub async fn pending_at(url: &str) -> Result<Vec<&'static str>, MigrateError> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).acquire_timeout(LOOK_TIMEOUT).sqlx_logging(false);
    let database = Database::connect(options).await?;
    let names = pending(&database).await;
    database.close().await?;
    names
}

async fn applied(database: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let backend = database.get_database_backend();
    let table = match backend {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'"
        }
        _ => {
            "SELECT to_regclass('seaql_migrations')::text AS name WHERE to_regclass('seaql_migrations') IS NOT NULL"
        }
    };
    if database.query_one_raw(Statement::from_string(backend, table)).await?.is_none() {
        return Ok(Vec::new());
    }
    let rows = Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    database.query_all_raw(rows).await?.iter().map(|row| row.try_get("", "version")).collect()
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|options| options.create_if_missing(true));
    Database::connect(options).await
}

async fn lock(database: &DatabaseConnection) -> Result<(), DbErr> {
    if database.get_database_backend() == DbBackend::Postgres {
        database.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_named_like_its_file_and_none_is_forgotten() -> std::io::Result<()> {
        let entries = std::fs::read_dir(env!("CARGO_MANIFEST_DIR"))?.collect::<Result<Vec<_>, _>>()?;
        let mut files: Vec<String> = entries
            .iter()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
            .filter(|name| name.starts_with("m2"))
            .collect();
        files.sort();
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        assert_eq!(names, files);
        Ok(())
    }
}
