//! Where a report goes: a table or JSON on standard output, and files.

use std::fs;
use std::io::{self, IsTerminal, Write, stderr, stdin, stdout};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::arguments::{CompareArguments, OutputArguments};
use crate::compare::Comparison;
use crate::report::Report;
use crate::report::html::Page;
use crate::watch::View;

/// Standard output, where a file is asked for.
const STDOUT: &str = "-";

/// Why a report could not be written.
#[derive(Debug, Error)]
pub(crate) enum OutputError {
    #[error("the report can't be written to {}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the report can't be written to standard output: {0}")]
    Stdout(io::Error),
    #[error("the report has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
}

impl OutputArguments {
    /// How the run is shown while it goes on.
    pub(crate) fn view(&self) -> View {
        let terminals = stdout().is_terminal() && stderr().is_terminal() && stdin().is_terminal();
        if terminals && !self.plain { View::Live } else { View::Plain }
    }
}

/// Writes a report where it is wanted.
///
/// # Errors
/// When something can't be written.
pub(crate) fn write(report: &Report, wanted: &OutputArguments) -> Result<(), OutputError> {
    let to_stdout = |path: &Path| path == Path::new(STDOUT);
    let mut on_stdout = report.to_string();
    if let Some(path) = &wanted.json {
        let json = format!("{}\n", serde_json::to_string_pretty(report)?);
        if to_stdout(path) {
            on_stdout = json;
        } else {
            write_file(path, &json)?;
        }
    }
    if let Some(path) = &wanted.html {
        write_file(path, &Page(report).to_string())?;
    }
    write!(stdout().lock(), "{on_stdout}").map_err(OutputError::Stdout)
}

/// Writes a comparison where it is wanted.
///
/// # Errors
/// When something can't be written.
pub(crate) fn write_comparison(
    comparison: &Comparison,
    arguments: &CompareArguments,
) -> Result<(), OutputError> {
    if let Some(path) = &arguments.json {
        write_file(path, &format!("{}\n", comparison.json()?))?;
    }
    write!(stdout().lock(), "{comparison}").map_err(OutputError::Stdout)
}

fn write_file(path: &Path, text: &str) -> Result<(), OutputError> {
    fs::write(path, text).map_err(|source| OutputError::File { path: path.to_owned(), source })
}
