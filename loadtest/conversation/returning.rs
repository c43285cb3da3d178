//! A conversation that goes on over another socket: what was missed is held against what had been seen, and what may
//! have been lost is said again.

use std::time::Instant;

use crate::conversation::{Conversation, Delivery, Finding, Pending, SayAgain};
use crate::fault::{Fault, Violation};
use crate::wire::Subscription;

impl Conversation {
    /// Offset of the newest durable publication that was seen.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// The socket was lost; the visitor will come back. Pieces begin anew then, with all of the answer so far or with
    /// another answer.
    pub(crate) fn cut(&mut self) {
        self.running.abandon();
    }

    /// The visitor is back: what was missed is told, up to the history's newest offset.
    pub(crate) fn returned(
        &mut self,
        subscription: &Subscription<'_>,
        at: Instant,
        findings: &mut Vec<Finding>,
    ) {
        if subscription.offset < self.position {
            findings.push(Finding::Violated(Violation::HistoryLost));
        }
        if !subscription.recovered {
            findings.push(Finding::Noted(Fault::Unrecovered));
            self.position = subscription.offset;
        }
        for publication in &subscription.publications {
            self.published(publication, at, findings);
        }
        if subscription.offset > self.position {
            findings.push(Finding::Violated(Violation::OffsetHole));
            self.position = subscription.offset;
        }
    }

    /// Whether a message waits to be said again.
    pub(crate) fn was_refused(&self) -> bool {
        self.pending.iter().any(|pending| pending.delivery == Delivery::Refused)
    }

    /// The messages to be said again, oldest first, with their commands.
    pub(crate) fn say_again(&mut self, which: SayAgain) -> impl Iterator<Item = (u32, &str)> {
        let unheard = move |pending: &&mut Pending| {
            let wanted = which == SayAgain::Unacknowledged || pending.delivery == Delivery::Refused;
            pending.acknowledged.is_none() && wanted
        };
        self.pending.iter_mut().filter(unheard).map(|pending| {
            pending.delivery = Delivery::Again;
            (pending.command, pending.text.as_str())
        })
    }

    /// A `message.send` was refused for now; it will be said again.
    pub(crate) fn postponed(&mut self, command: u32, code: u32, findings: &mut Vec<Finding>) {
        let found = self.open_command(command, findings).and_then(|index| self.pending.get_mut(index));
        if let Some(pending) = found {
            pending.delivery = Delivery::Refused;
            findings.push(Finding::Overcome(Fault::Refused(code)));
        }
    }
}
