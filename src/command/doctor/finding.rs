//! What a check found.

use std::error::Error;
use std::fmt;

/// The result of one check.
#[derive(Debug)]
pub(super) struct Finding {
    what: String,
    verdict: Verdict,
}

#[derive(Debug)]
enum Verdict {
    Fine(String),
    Doubtful(String),
    Broken { problem: String, mend: String },
}

impl Finding {
    /// It works.
    pub(super) fn fine(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Fine(said.into()) }
    }

    /// It works and may not be meant.
    pub(super) fn doubtful(what: impl Into<String>, said: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Doubtful(said.into()) }
    }

    /// It does not work; `mend` says what to do.
    pub(super) fn broken(
        what: impl Into<String>,
        problem: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { what: what.into(), verdict: Verdict::Broken { problem: problem.into(), mend: mend.into() } }
    }

    /// Whether the server could not do its work like this.
    pub(super) const fn is_broken(&self) -> bool {
        matches!(self.verdict, Verdict::Broken { .. })
    }
}

/// What an error comes from at last, without the layers around it.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source())
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = &self.what;
        match &self.verdict {
            Verdict::Fine(said) => write!(f, "\u{2713} {what:<14} {said}"),
            Verdict::Doubtful(said) => write!(f, "! {what:<14} {said}"),
            Verdict::Broken { problem, mend } => {
                write!(f, "\u{2717} {what:<14} {problem}\n  {:<14} {mend}", "\u{2192} mend")
            }
        }
    }
}
