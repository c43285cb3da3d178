//! Why a command did not do what it was asked: the cause, the place and the cure.

use std::error::Error;
use std::fmt;

use crate::settings::SettingsError;

/// A failed command, for people.
#[derive(Debug)]
pub(super) struct Failure {
    problem: String,
    causes: Vec<String>,
    place: Option<String>,
    cure: Option<String>,
}

impl Failure {
    /// What went wrong, as a sentence without a full stop.
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), causes: Vec::new(), place: None, cure: None }
    }

    /// Adds an error and everything that it says it comes from.
    pub(super) fn because(mut self, error: &(dyn Error + 'static)) -> Self {
        let chain = std::iter::successors(Some(error), |&error| error.source());
        for said in chain.map(ToString::to_string) {
            // Many errors repeat their cause's words; once is enough.
            if !self.causes.iter().any(|known| known.contains(&said)) {
                self.causes.push(said);
            }
        }
        self
    }

    /// Adds a cause in words.
    pub(super) fn because_of(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Says where to look.
    pub(super) fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(place.to_string());
        self
    }

    /// Says what to do.
    pub(super) fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.problem)?;
        for cause in &self.causes {
            write!(f, "\n  because  {cause}")?;
        }
        if let Some(place) = &self.place {
            write!(f, "\n  where    {place}")?;
        }
        if let Some(cure) = &self.cure {
            write!(f, "\n  cure     {cure}")?;
        }
        Ok(())
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        let failure = Self::new(error.to_string()).at(error.place()).cure(error.cure());
        match error.source() {
            Some(source) => failure.because(source),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the page is out of paper")]
    struct Outer(#[source] io::Error);

    #[test]
    fn a_failure_says_cause_place_and_cure_in_that_order() {
        let failure = Failure::new("nothing was printed")
            .because(&Outer(io::Error::other("tray 2 is empty")))
            .at("the printer")
            .cure("Fill tray 2.");
        let said = "error: nothing was printed\n  because  the page is out of paper\n  because  tray 2 is empty\n  \
                    where    the printer\n  cure     Fill tray 2.";
        assert_eq!(failure.to_string(), said);
    }
}
