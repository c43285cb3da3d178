//! What survives a journal's life: no memory, but a promise to everybody whose record it held. A promise that is
//! dropped unkept says so, and its session refuses what it has not stored.

use actix::Recipient;

use crate::billing::Reservation;
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

/// The promise to tell a session what became of its record. The credit that the record costs travels with it, so that
/// it is spent when the record is stored, even if the session is gone by then.
#[derive(Debug)]
pub struct Promise {
    session: Recipient<Fate>,
    ticket: Ticket,
    told: Told,
    credit: Option<Reservation>,
}

/// What the session has heard of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    /// That it is as good as kept. It must still hear when that turns out to be wrong, or it would go on from positions
    /// that the store does not have.
    Acknowledged,
    All,
}

impl Promise {
    /// Promises `session` to tell it about the record of that ticket, which costs a credit or nothing.
    #[must_use]
    pub const fn new(session: Recipient<Fate>, ticket: Ticket, credit: Option<Reservation>) -> Self {
        Self { session, ticket, told: Told::Nothing, credit }
    }

    /// Says that the record is as good as kept, before it is.
    pub(super) fn acknowledge(&mut self) {
        self.tell(RecordFate::Kept);
        self.told = Told::Acknowledged;
    }

    /// Keeps the promise.
    pub fn resolve(mut self, fate: RecordFate) {
        if let Some(credit) = self.credit.take() {
            match fate {
                RecordFate::Kept => credit.settle(),
                RecordFate::Lost => credit.doubt(),
                RecordFate::Conflict => drop(credit),
            }
        }
        self.tell(fate);
    }

    fn tell(&mut self, fate: RecordFate) {
        let news = match self.told {
            Told::Nothing => true,
            Told::Acknowledged => fate != RecordFate::Kept,
            Told::All => false,
        };
        self.told = Told::All;
        if news {
            // At most two messages for each record that the session has sent: bounded by its own limit of questions.
            report(&self.session, Fate { ticket: self.ticket, fate });
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(credit) = self.credit.take() {
            credit.doubt();
        }
        self.tell(RecordFate::Lost);
    }
}
