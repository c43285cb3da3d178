//! The worker's side: a process that reads one document and ends.

use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

use super::reader::read;
use super::wire::{read_task, write_reply};

/// The hidden subcommand under which the executable is a worker.
pub const WORKER_COMMAND: &str = "extract-worker";

/// Reads one document from standard input, writes its text to standard output. Call it before anything else is
/// started: a worker needs no runtime, no settings and no logs.
#[must_use]
pub fn run_worker() -> ExitCode {
    match serve(stdin().lock(), stdout().lock()) {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}

fn serve(input: impl BufRead, mut output: impl Write) -> Option<()> {
    let (form, raw, limits) = read_task(input)?;
    let reply = write_reply(read(form, &raw, &limits)).ok()?;
    output.write_all(&reply).and_then(|()| output.flush()).ok()
}

#[cfg(test)]
mod tests {
    use aihio_actors::ports::{Raw, WebPage};

    use super::super::limits::ExtractLimits;
    use super::super::wire::{Form, parse_reply, task_line};
    use super::*;

    #[test]
    fn a_task_is_answered() {
        let raw = Raw {
            bytes: b"# Tea\nGreen and black."[..].into(),
            filename: "tea.md".into(),
            content_type: String::new(),
        };
        let mut task = task_line(Form::Document, &raw, &ExtractLimits::default()).unwrap();
        task.extend_from_slice(&raw.bytes);
        let mut output = Vec::new();
        serve(&task[..], &mut output).unwrap();
        let text = "# Tea\nGreen and black.".to_owned();
        let read = WebPage { title: Some("Tea".into()), text, ..WebPage::default() };
        assert_eq!(parse_reply(&output), Some(Ok(read)));
    }

    #[test]
    fn what_is_no_task_is_not_answered() {
        let mut output = Vec::new();
        assert_eq!(serve(&b"hello"[..], &mut output), None);
        assert!(output.is_empty());
    }
}
