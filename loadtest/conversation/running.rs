//! Answers while they are being written.

use std::time::Instant;

use crate::fault::Violation;
use crate::wire::PublicationData;

/// The answers being written in one session; more than one only for a moment.
#[derive(Debug, Default)]
pub(crate) struct RunningAnswers(Vec<RunningAnswer>);

/// One answer so far.
#[derive(Debug)]
pub(crate) struct RunningAnswer {
    message_id: String,
    /// The number of the piece that has to come next.
    next: u64,
    /// When anything of it was seen first.
    pub(crate) first_at: Instant,
    /// All pieces together.
    pub(crate) text: String,
}

impl RunningAnswers {
    /// The next piece. A piece out of its order is reported once; the answer goes on from there.
    pub(crate) fn delta(&mut self, data: &PublicationData<'_>, at: Instant) -> Option<Violation> {
        let running = self.find_or_begin(&data.message_id, at);
        let hole = data.n != running.next;
        running.next = data.n + 1;
        running.text.push_str(&data.text);
        hole.then_some(Violation::DeltaHole)
    }

    /// All of the answer so far, instead of what was held.
    pub(crate) fn snapshot(&mut self, data: &PublicationData<'_>, at: Instant) {
        let running = self.find_or_begin(&data.message_id, at);
        running.next = data.n + 1;
        running.text.clear();
        running.text.push_str(&data.text);
    }

    /// The final message of this id has come; `None` when it came whole.
    pub(crate) fn finish(&mut self, message_id: &str) -> Option<RunningAnswer> {
        let index = self.0.iter().position(|running| running.message_id == message_id)?;
        Some(self.0.swap_remove(index))
    }

    /// Forgets them all; tells how many there were.
    pub(crate) fn abandon(&mut self) -> usize {
        self.0.drain(..).count()
    }

    fn find_or_begin(&mut self, message_id: &str, at: Instant) -> &mut RunningAnswer {
        let index = self.0.iter().position(|running| running.message_id == message_id).unwrap_or_else(|| {
            let message_id = message_id.to_owned();
            self.0.push(RunningAnswer { message_id, next: 0, first_at: at, text: String::new() });
            self.0.len() - 1
        });
        // The index was found or made in the line above.
        #[expect(clippy::indexing_slicing, reason = "the index is that of a found or just pushed element")]
        &mut self.0[index]
    }
}
