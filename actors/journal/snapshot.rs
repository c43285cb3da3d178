//! What survives a journal's life: no memory, but a promise to everybody whose record it held. A promise that is
//! dropped unkept says so, and its session refuses what it has not stored.

use actix::Recipient;

use crate::chatbot::session::handle::Fate;
use crate::chatbot::session::state::Ticket;
use crate::kernel::report;

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordFate {
    /// It is durable.
    Kept,
    /// It is not, or nobody knows.
    Lost,
    /// Another writer holds its place.
    Conflict,
}

/// The promise to tell a session what became of its record.
#[derive(Debug)]
pub struct Promise {
    session: Option<Recipient<Fate>>,
    ticket: Ticket,
}

impl Promise {
    /// Promises `session` to tell it about the record of that ticket.
    #[must_use]
    pub const fn new(session: Recipient<Fate>, ticket: Ticket) -> Self {
        Self { session: Some(session), ticket }
    }

    /// Says that the record is as good as kept, before it is.
    pub(super) fn acknowledge(&mut self) {
        self.tell(RecordFate::Kept);
    }

    /// Keeps the promise.
    pub fn resolve(mut self, fate: RecordFate) {
        self.tell(fate);
    }

    fn tell(&mut self, fate: RecordFate) {
        if let Some(session) = self.session.take() {
            // One message for each record that the session has sent: bounded by its own limit of open questions.
            report(&session, Fate { ticket: self.ticket, fate });
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.tell(RecordFate::Lost);
    }
}
