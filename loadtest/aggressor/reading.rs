//! Long texts that a chatbot is given to read, one after the other.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::aggressor::pages::markdown;
use crate::rest::{JobState, Rest, RestError};

/// How often to ask how far a text is read: seldom, since asking is load too.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Gives a chatbot texts to read.
pub(super) struct Reader {
    rest: Rest,
    chatbot: String,
    pages: NonZeroU32,
    /// Texts so far.
    number: u64,
}

/// What was read of what was given.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Readings {
    pub(super) begun: u64,
    pub(super) finished: u64,
}

impl Reader {
    /// One that has given nothing yet.
    pub(super) fn new(rest: Rest, chatbot: String, pages: NonZeroU32) -> Self {
        Self { rest, chatbot, pages, number: 0 }
    }

    /// Gives the next text whenever the one before it is read, until a moment.
    ///
    /// # Errors
    /// When the server refuses a text, or can't read it.
    pub(super) async fn read_until(&mut self, end: Instant) -> Result<Readings, RestError> {
        let mut readings = Readings::default();
        while Instant::now() < end {
            self.number += 1;
            let name = format!("text-{}.md", self.number);
            let text = markdown(self.pages.get(), self.number);
            let job = self.rest.give_to_read(&self.chatbot, &name, text).await?;
            readings.begun += 1;
            while Instant::now() < end {
                match self.rest.job(&job).await? {
                    JobState::UnderWay => sleep(LOOK_EVERY).await,
                    JobState::Done => {
                        readings.finished += 1;
                        break;
                    }
                    JobState::Failed => return Err(RestError::Unread { name }),
                }
            }
        }
        Ok(readings)
    }
}
