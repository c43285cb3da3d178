//! Servers that a run starts for itself: in a folder of their own, on a free port, gone when the run is over.

mod aihio;
mod child;
mod folder;
mod postgres;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

pub(crate) use crate::launch::aihio::{Aihio, AihioPlan};
pub(crate) use crate::launch::child::{Child, Runs};
pub(crate) use crate::launch::folder::Folder;
pub(crate) use crate::launch::postgres::{Postgres, is_installed as postgres_is_installed};
use crate::open_files::OpenFilesError;
use crate::rest::RestError;

/// How long a server may take to answer.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// Why a server did not start.
#[derive(Debug, Error)]
pub(crate) enum LaunchError {
    #[error("can't start {}: {source}", program.display())]
    Program { program: PathBuf, source: io::Error },
    #[error("{} was not ready; it said:\n{said}", program.display())]
    NotReady { program: PathBuf, said: String },
    #[error("no folder for a server: {0}")]
    Folder(io::Error),
    #[error("the server was asked to make ready, and: {0}")]
    Rest(#[from] RestError),
    #[error(transparent)]
    OpenFiles(#[from] OpenFilesError),
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
}
