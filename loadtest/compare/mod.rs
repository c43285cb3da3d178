//! aihio beside bare WebSocket servers, in one run: each measurement is a scenario against a server that was started for it
//! alone, round by round, so that what drifts meets all of them. The tool runs itself for each, pinned beside the server.

mod load;
mod measure;
mod subject;
mod table;

use std::path::PathBuf;

use thiserror::Error;

use crate::arguments::CompareArguments;
use crate::compare::load::Outcome;
use crate::compare::measure::Measure;
use crate::compare::subject::Subject;
pub(crate) use crate::compare::table::Comparison;
use crate::launch::{self, LaunchError};
use crate::open_files::{self, OpenFilesError};
use crate::watch::plain;

/// Why nothing could be compared.
#[derive(Debug, Error)]
pub(crate) enum CompareError {
    #[error(transparent)]
    Launch(#[from] LaunchError),
    #[error(transparent)]
    OpenFiles(#[from] OpenFilesError),
    #[error("{what} could not be measured; it said:\n{said}")]
    Unmeasured { what: String, said: String },
    #[error("the report of {what} can't be read: {source}")]
    Report { what: String, source: serde_json::Error },
    #[error("the system refuses: {0}")]
    System(#[from] std::io::Error),
    #[error("ended early")]
    Interrupted,
}

/// Where servers and load run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cores {
    pub(crate) server: u32,
    pub(crate) load: u32,
}

/// The programs that are compared.
#[derive(Debug, Clone)]
struct Programs {
    aihio: PathBuf,
    peers: PathBuf,
    own: PathBuf,
}

impl Programs {
    /// Those that were named; the others lie beside this one, as cargo builds them.
    fn of(arguments: &CompareArguments) -> std::io::Result<Self> {
        let own = std::env::current_exe()?;
        let beside = own.parent().map(PathBuf::from).unwrap_or_default();
        Ok(Self {
            aihio: arguments.aihio.clone().unwrap_or_else(|| beside.join("aihio")),
            peers: arguments.peers.clone().unwrap_or(beside),
            own,
        })
    }
}

/// Compares, and says on standard error how it goes. Ctrl-C stops the servers before it ends.
///
/// # Errors
/// When a server doesn't start, or a run does not take place.
pub(crate) async fn run(arguments: &CompareArguments) -> Result<Comparison, CompareError> {
    tokio::select! {
        compared = rounds(arguments) => compared,
        interrupted = tokio::signal::ctrl_c() => Err(interrupted.err().map_or(CompareError::Interrupted, Into::into)),
    }
}

async fn rounds(arguments: &CompareArguments) -> Result<Comparison, CompareError> {
    open_files::raise()?;
    let programs = Programs::of(arguments)?;
    let mut comparison = Comparison::default();
    let mut subjects = Subject::ALL.to_vec();
    if !launch::postgres_is_installed() {
        plain::line(format_args!("PostgreSQL is not installed, so it is left out"));
        subjects.retain(|subject| *subject != Subject::AihioPostgres);
    }
    for round in 1..=arguments.rounds.get() {
        for measure in Measure::all(arguments) {
            for subject in subjects.iter().filter(|subject| measure.fits(**subject)) {
                let outcome = measured(&programs, (*subject, measure), arguments).await?;
                plain::line(format_args!(
                    "round {round} of {}: {measure}, {}: {outcome}",
                    arguments.rounds,
                    subject.name()
                ));
                comparison.add(measure, *subject, outcome);
            }
        }
    }
    Ok(comparison)
}

async fn measured(
    programs: &Programs,
    (subject, measure): (Subject, Measure),
    arguments: &CompareArguments,
) -> Result<Outcome, CompareError> {
    let server = subject.start(programs, arguments.cores).await?;
    let what = format!("{measure} of {}", subject.name());
    let settings = measure.settings(&server, arguments);
    load::run(programs, (measure, &what), settings, arguments.cores).await
}
