//! What the server and a worker tell each other: a line of JSON and the document's bytes on the way in, JSON on the
//! way out.

use std::io::{BufRead, Read as _};

use aihio_actors::ports::{ExtractError, Outline, Raw, WebPage};
use serde::{Deserialize, Serialize};

use super::limits::ExtractLimits;

/// As what bytes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// A document, for its text.
    Document,
    /// A page of the web, for its text and where it leads.
    Page,
    /// A sitemap, for the addresses in it.
    Sitemap,
}

/// What a worker is told before the bytes.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    form: Form,
    filename: String,
    content_type: String,
    /// How many bytes follow.
    size: usize,
    limits: ExtractLimits,
}

/// What a worker says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Text {
        title: Option<String>,
        text: String,
        #[serde(default)]
        outline: Outline,
    },
    UnsupportedType(String),
    Mismatch {
        claimed: String,
        found: String,
    },
    Malformed(String),
    Suspicious(String),
    Empty,
    TooLarge(String),
}

/// The line that goes before the document's bytes.
///
/// # Errors
/// Only where a name can't be written as JSON, which none is.
pub(super) fn task_line(form: Form, raw: &Raw, limits: &ExtractLimits) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&Task {
        form,
        filename: raw.filename.clone(),
        content_type: raw.content_type.clone(),
        size: raw.bytes.len(),
        limits: limits.clone(),
    })?;
    line.push(b'\n');
    Ok(line)
}

/// Takes a task, with room for its bytes made once: a worker has little.
pub(super) fn read_task(mut input: impl BufRead) -> Option<(Form, Raw, ExtractLimits)> {
    let mut line = Vec::new();
    input.read_until(b'\n', &mut line).ok()?;
    let task: Task = serde_json::from_slice(&line).ok()?;
    let mut bytes = Vec::with_capacity(task.size);
    input.take(task.size as u64).read_to_end(&mut bytes).ok()?;
    let raw = Raw { bytes: bytes.into(), filename: task.filename, content_type: task.content_type };
    Some((task.form, raw, task.limits))
}

/// Puts an outcome into words.
///
/// # Errors
/// Only where a text can't be written as JSON, which none is.
pub(super) fn write_reply(outcome: Result<WebPage, ExtractError>) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&match outcome {
        Ok(WebPage { title, text, outline }) => Reply::Text { title, text, outline },
        Err(ExtractError::UnsupportedType(name)) => Reply::UnsupportedType(name),
        Err(ExtractError::Mismatch { claimed, found }) => Reply::Mismatch { claimed, found },
        Err(ExtractError::Malformed(why)) => Reply::Malformed(why),
        Err(ExtractError::Suspicious(why)) => Reply::Suspicious(why),
        Err(ExtractError::Empty) => Reply::Empty,
        Err(ExtractError::TooLarge(what)) => Reply::TooLarge(what),
    })
}

/// The outcome that a worker put into words, or none where it broke off.
pub(super) fn parse_reply(output: &[u8]) -> Option<Result<WebPage, ExtractError>> {
    Some(match serde_json::from_slice(output).ok()? {
        Reply::Text { title, text, outline } => Ok(WebPage { title, text, outline }),
        Reply::UnsupportedType(name) => Err(ExtractError::UnsupportedType(name)),
        Reply::Mismatch { claimed, found } => Err(ExtractError::Mismatch { claimed, found }),
        Reply::Malformed(why) => Err(ExtractError::Malformed(why)),
        Reply::Suspicious(why) => Err(ExtractError::Suspicious(why)),
        Reply::Empty => Err(ExtractError::Empty),
        Reply::TooLarge(what) => Err(ExtractError::TooLarge(what)),
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_task_survives_the_way() {
        let raw = Raw {
            bytes: Bytes::from_static(b"{\n\0\xFF"),
            filename: "a\n\"b\".txt".into(),
            content_type: "text/plain".into(),
        };
        let mut input = task_line(Form::Page, &raw, &ExtractLimits::default()).unwrap();
        input.extend_from_slice(&raw.bytes);
        let (form, arrived, limits) = read_task(&input[..]).unwrap();
        assert_eq!((arrived.bytes, arrived.filename), (raw.bytes, raw.filename));
        assert_eq!((form, limits), (Form::Page, ExtractLimits::default()));
    }

    #[test]
    fn every_outcome_survives_the_way() {
        let outcomes = [
            Ok(WebPage {
                title: Some("T".into()),
                text: "a \"quoted\"\nline".into(),
                outline: Outline { links: vec!["/a".into()], ..Outline::default() },
            }),
            Err(ExtractError::UnsupportedType("x".into())),
            Err(ExtractError::Mismatch { claimed: "a PDF".into(), found: "a text file".into() }),
            Err(ExtractError::Malformed("y".into())),
            Err(ExtractError::Suspicious("w".into())),
            Err(ExtractError::Empty),
            Err(ExtractError::TooLarge("z".into())),
        ];
        for outcome in outcomes {
            assert_eq!(parse_reply(&write_reply(outcome.clone()).unwrap()), Some(outcome));
        }
        assert_eq!(parse_reply(b"{\"text\":{\"ti"), None);
    }
}
