//! `aihio openapi`: the document that describes the REST interface.

use std::process::ExitCode;

use super::failure::Failure;
use super::terminal;
use crate::http;

pub(super) fn run() -> Result<ExitCode, Failure> {
    let document = http::openapi()
        .to_pretty_json()
        .map_err(|error| Failure::new("the document can't be written as JSON").because(&error))?;
    terminal::say(&document);
    Ok(ExitCode::SUCCESS)
}
