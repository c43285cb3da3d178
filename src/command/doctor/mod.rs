//! `aihio doctor`: every configured dependency, tried once. Changes nothing, unless `--fix` says that it may.

mod cache;
mod database;
mod finding;
mod local;
mod models;
#[cfg(feature = "s3")]
mod storage;

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::terminal;
use crate::settings::{LoadOptions, Settings, SettingsError};
use finding::Finding;

/// How long one dependency may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What may be looked at, and whether it may be changed.
#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Mend what can be mended from here: let browsers send files to the bucket (CORS)
    #[arg(long)]
    fix: bool,
}

/// Whether what is broken is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mending {
    Allowed,
    Forbidden,
}

pub(super) async fn run(options: LoadOptions, arguments: &DoctorArguments) -> ExitCode {
    let mending = if arguments.fix { Mending::Allowed } else { Mending::Forbidden };
    let findings = match Settings::load(options) {
        Ok(settings) => examine(&settings, mending).await,
        Err(error) => vec![refused(&error)],
    };
    for finding in &findings {
        terminal::say(&finding.to_string());
    }
    match findings.iter().filter(|finding| finding.is_broken()).count() {
        0 => ExitCode::SUCCESS,
        broken => {
            terminal::say(&format!("\n{broken} to mend."));
            ExitCode::FAILURE
        }
    }
}

fn refused(error: &SettingsError) -> Finding {
    Finding::broken("settings", format!("{error} (in {})", error.place()), error.cure())
}

#[cfg_attr(
    not(feature = "s3"),
    expect(unused_variables, reason = "without a bucket there is nothing to mend")
)]
async fn examine(settings: &Settings, mending: Mending) -> Vec<Finding> {
    let mut findings = vec![Finding::fine("settings", "valid")];
    findings.extend(settings.warnings().into_iter().map(|warning| Finding::doubtful("settings", warning)));
    findings.push(local::data_folder(&settings.data_dir));
    findings.push(local::address(settings.http.bind).await);
    findings.push(patiently("database", database::check(settings)).await);
    if let Some(url) = &settings.redis.url {
        findings.push(patiently("redis", cache::check(url)).await);
    }
    #[cfg(feature = "s3")]
    findings.extend(storage::check(settings, mending).await);
    findings.push(local::clock());
    for (name, model) in &settings.llm {
        findings.extend(models::check(name, model).await);
    }
    findings
}

async fn patiently(what: &str, check: impl Future<Output = Finding>) -> Finding {
    tokio::time::timeout(PATIENCE, check).await.unwrap_or_else(|_| {
        let problem = format!("no answer within {} s", PATIENCE.as_secs());
        Finding::broken(what, problem, "Check that it runs and that a firewall lets this machine through.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_thing_is_shown_with_what_to_mend() {
        let finding = Finding::broken("redis", "no answer", "Start it.");
        assert_eq!(
            finding.to_string(),
            "\u{2717} redis          no answer\n  \u{2192} mend         Start it."
        );
        assert!(finding.is_broken());
    }

    #[tokio::test]
    async fn what_does_not_answer_is_broken_rather_than_waited_for() {
        tokio::time::pause();
        assert!(patiently("redis", std::future::pending()).await.is_broken());
    }
}
