//! Places for connections that last, of which a process has no more than it may have open files: without them it could
//! answer nobody, not even whoever asks how it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::error::{ApiError, ErrorCode};

/// After how long whoever found no place may try again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The places of the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Places(Arc<Seats>);

#[derive(Debug)]
struct Seats {
    most: usize,
    taken: AtomicUsize,
}

/// A place, free again when it is dropped.
#[derive(Debug)]
pub struct Place(Places);

impl Places {
    /// So many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Seats { most, taken: AtomicUsize::new(0) }))
    }

    /// How many are taken.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.0.taken.load(Ordering::Relaxed)
    }

    /// Takes one.
    ///
    /// # Errors
    /// When none is left.
    pub fn take(&self) -> Result<Place, ApiError> {
        let free = |taken: usize| (taken < self.0.most).then_some(taken + 1);
        // Nothing is read by way of the number, so its order among other memory does not matter.
        match self.0.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free) {
            Ok(_) => Ok(Place(self.clone())),
            Err(_) => Err(self.full()),
        }
    }

    fn full(&self) -> ApiError {
        let detail = format!(
            "All {} places for connections that last are taken. Try again in a moment. \
             The operator may allow the server more open files (`ulimit -n`).",
            self.0.most
        );
        ApiError::new(ErrorCode::Overloaded, detail).retry_after(RETRY_AFTER)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_left_can_be_taken_again() {
        let places = Places::new(2);
        let (first, _second) = (places.take().unwrap(), places.take().unwrap());
        let refused = places.take().unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (ErrorCode::Overloaded, Some(RETRY_AFTER)));
        drop(first);
        let _third = places.take().unwrap();
        assert_eq!(places.taken(), 2);
    }
}
