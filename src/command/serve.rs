//! `aihio serve`: the server.

use std::net::SocketAddr;
use std::process::ExitCode;

use secrecy::{ExposeSecret, SecretString};

use super::failure::Failure;
use super::terminal;
use crate::settings::{LogFormat, Settings};
use crate::{app, telemetry};

pub(super) async fn run(settings: Settings) -> Result<ExitCode, Failure> {
    #[cfg(feature = "faults")]
    crate::settings::mutant::choose().map_err(|error| Failure::new("aihio can't start").because(&error))?;
    telemetry::start(&settings.log).map_err(|error| Failure::new("aihio can't start").because(&error))?;
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    let welcome = Welcome::of(&settings);
    let app = app::build(settings).await.map_err(|error| {
        Failure::new("aihio can't start").because(&error).cure("Run `aihio doctor`: it checks each part.")
    })?;
    welcome.announce(app.address(), app.first_password());
    app.run_until_stopped().await.map_err(|error| Failure::new("aihio has stopped").because(&error))?;
    Ok(ExitCode::SUCCESS)
}

/// What is said when connections are accepted.
struct Welcome {
    format: LogFormat,
    keeps: String,
    demo: bool,
    owner: String,
}

impl Welcome {
    fn of(settings: &Settings) -> Self {
        let folder = settings.data_dir.display();
        let elsewhere =
            settings.database.url.as_ref().filter(|url| !url.expose_secret().starts_with("sqlite:"));
        let keeps = match (elsewhere, settings.llm.is_empty()) {
            (None, true) => {
                format!("everything local: SQLite and files in {folder}, nothing leaves this machine")
            }
            (None, false) => format!("SQLite and files in {folder}"),
            (Some(_), _) => format!("PostgreSQL, files in {folder}"),
        };
        Self {
            format: settings.log.format,
            keeps,
            demo: settings.demo.enabled,
            owner: settings.owner.email.clone(),
        }
    }

    fn announce(&self, address: SocketAddr, first_password: Option<&SecretString>) {
        match self.format {
            LogFormat::Json => {
                let line = serde_json::json!({"level": "INFO", "message": "listening", "address": format!("http://{address}")});
                terminal::note(&line.to_string());
                if let Some(password) = first_password {
                    let (email, password) = (&self.owner, password.expose_secret());
                    let line = serde_json::json!({"level": "INFO", "message": "first owner, told this once", "email": email, "password": password});
                    terminal::note(&line.to_string());
                }
            }
            LogFormat::Pretty => {
                for line in self.lines(address, first_password) {
                    terminal::note(&line);
                }
            }
        }
    }

    fn lines(&self, address: SocketAddr, first_password: Option<&SecretString>) -> Vec<String> {
        let mut lines = vec![
            format!("  aihio {}   {}", env!("CARGO_PKG_VERSION"), self.keeps),
            format!("  Dashboard  http://{address}"),
        ];
        if let Some(password) = first_password {
            let (email, password) = (&self.owner, password.expose_secret());
            lines.push(format!("  Sign in    {email} / {password}   (told this once; keep it)"));
        }
        if self.demo {
            lines.push("  Demo       the same address with /demo".to_owned());
            lines.push(
                "  Try        aihio chat guide       Check  aihio doctor       Stop  Ctrl-C".to_owned(),
            );
        } else {
            lines.push("  Check      aihio doctor       Stop  Ctrl-C".to_owned());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::LoadOptions;

    #[test]
    fn the_address_stands_in_exactly_one_line() {
        let settings = Settings::load(LoadOptions::default()).unwrap();
        let lines = Welcome::of(&settings).lines("127.0.0.1:4321".parse().unwrap(), None);
        assert_eq!(lines.iter().filter(|line| line.contains("127.0.0.1:4321")).count(), 1);
        assert!(lines[0].contains("nothing leaves this machine"));
    }
}
