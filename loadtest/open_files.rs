//! Room for many sockets: each is an open file, here and at the server.

use std::num::NonZeroU32;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use thiserror::Error;

use crate::process::{Process, ReadingError};

/// Files that a process has open beside its sockets, generously.
const OTHER_FILES: u64 = 256;

/// Why there is no room.
#[derive(Debug, Error)]
pub(crate) enum OpenFilesError {
    #[error(
        "{sockets} sockets need {needed} open files, and this program may have {limit} at most: raise the hard limit \
         with `ulimit -Hn {needed}`, or take fewer sockets"
    )]
    Own { sockets: u32, needed: u64, limit: u64 },
    #[error(
        "{sockets} sockets need {needed} open files, and the server may have {limit}: start it again after \
         `ulimit -n {needed}`, or take fewer sockets"
    )]
    Server { sockets: u32, needed: u64, limit: u64 },
    #[error("the limit of open files can't be changed: {0}")]
    System(#[from] nix::Error),
    #[error(transparent)]
    Reading(#[from] ReadingError),
}

/// Raises this program's limit of open files as far as it may, and sees that `sockets` have room here and at the server. A
/// run that would fail at its thousandth socket says so before its first.
///
/// # Errors
/// When there is not room enough.
pub(crate) fn make_room(sockets: u32, server: Option<NonZeroU32>) -> Result<(), OpenFilesError> {
    let needed = u64::from(sockets) + OTHER_FILES;
    let limit = raise()?;
    if limit < needed {
        return Err(OpenFilesError::Own { sockets, needed, limit });
    }
    let of_server = server.map(|pid| Process::Server(pid).open_files_max()).transpose()?.flatten();
    match of_server {
        Some(limit) if limit < needed => Err(OpenFilesError::Server { sockets, needed, limit }),
        _ => Ok(()),
    }
}

/// Raises the limit to what the system allows this program; children inherit it.
///
/// # Errors
/// When the system refuses.
pub(crate) fn raise() -> Result<u64, OpenFilesError> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(hard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_it_may_and_too_many_sockets_are_refused() {
        let limit = raise().unwrap();
        assert_eq!(Process::Own.open_files_max().unwrap(), Some(limit));
        assert!(make_room(1, NonZeroU32::new(std::process::id())).is_ok());
        if limit < u64::from(u32::MAX) {
            let error = make_room(u32::MAX, None).unwrap_err().to_string();
            assert!(error.starts_with("4294967295 sockets need 4294967551 open files"), "{error}");
        }
    }
}
