//! How many files the process may have open, and what they are for: every connection is one.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Of the files that may be open, one in so many is kept for what is not a visitor's: the database, models, jobs,
/// requests; within [`KEPT_MIN`] and [`KEPT_MAX`].
const KEPT_SHARE: usize = 8;
const KEPT_MIN: usize = 128;
const KEPT_MAX: usize = 1_024;

/// What is taken where the system does not say how many files may be open.
const UNKNOWN: usize = 1_024;

/// The files that may be open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenFiles(usize);

impl OpenFiles {
    /// As many as the system lets this process have; a lower limit that the process may raise by itself, it does.
    #[must_use]
    pub(super) fn most() -> Self {
        let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return Self(UNKNOWN) };
        let raised = soft >= hard || setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok();
        Self(usize::try_from(if raised { hard } else { soft }).unwrap_or(usize::MAX))
    }

    /// How many connections may last.
    #[must_use]
    pub(super) fn lasting(self) -> usize {
        self.0.saturating_sub(self.kept()).max(1)
    }

    /// How many connections each of so many serving threads may have.
    #[must_use]
    pub(super) fn connections(self, workers: usize) -> usize {
        (self.0.saturating_sub(self.kept() / 2) / workers.max(1)).max(1)
    }

    /// Half of these is for requests, half for everything else.
    fn kept(self) -> usize {
        (self.0 / KEPT_SHARE).clamp(KEPT_MIN, KEPT_MAX).min(self.0 / 2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn something_is_always_left_for_everything_else(most in 16_usize..2_000_000, workers in 1_usize..64) {
            let files = OpenFiles(most);
            prop_assert!(files.lasting() < most);
            prop_assert!(files.connections(workers) * workers < most || most < 2 * workers);
            prop_assert!(files.lasting() <= files.connections(1), "requests have places of their own");
        }
    }

    #[test]
    fn a_process_has_at_least_one_file_open() {
        assert!(OpenFiles::most().lasting() >= 1);
    }
}
