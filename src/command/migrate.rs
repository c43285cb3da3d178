//! `aihio migrate`: the database's schema, brought up to date.

use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::failure::Failure;
use super::terminal;
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, Failure> {
    let failed = |problem: &str| Failure::new(problem).at("database.url, or the database in data_dir");
    std::fs::create_dir_all(&settings.data_dir)
        .map_err(|error| Failure::new("the data folder can't be made").because(&error).at("data_dir"))?;
    let applied =
        aihio_migrations::apply(settings.database_url().expose_secret()).await.map_err(|error| {
            failed("the database can't be migrated")
                .because(&error)
                .cure("Run `aihio doctor`: it checks the database.")
        })?;
    for step in &applied {
        terminal::say(&format!("applied {step}"));
    }
    terminal::say(&match applied.len() {
        0 => "The schema is up to date.".to_owned(),
        1 => "Applied one step; the schema is up to date.".to_owned(),
        steps => format!("Applied {steps} steps; the schema is up to date."),
    });
    Ok(ExitCode::SUCCESS)
}
