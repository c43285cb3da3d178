//! How the journal touches the world: it writes batches.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};
use tokio::time::Instant;

use super::handle::Whose;
use super::state::Next;
use super::{Gathering, Journal};
use crate::limits::Acknowledge;
use crate::ports::{Outcome, PortError, Record};

/// How long records that are acknowledged already wait for others.
const LINGER: Duration = Duration::from_millis(20);

impl Journal {
    /// Writes the next batch once everything that is ready now has arrived; where nobody waits for it, a little later, so
    /// that it is larger.
    pub(super) fn gather(&mut self, ctx: &mut Context<Self>) {
        if self.gathering == Gathering::Yes {
            return;
        }
        self.gathering = Gathering::Yes;
        match self.limits.acknowledge {
            Acknowledge::WhenDurable => {
                ctx.spawn(
                    tokio::task::yield_now().into_actor(self).map(|(), journal, ctx| journal.gathered(ctx)),
                );
            }
            Acknowledge::WhenQueued => drop(ctx.run_later(LINGER, Self::gathered)),
        }
    }

    fn gathered(&mut self, ctx: &mut Context<Self>) {
        self.gathering = Gathering::No;
        self.depart(ctx);
        self.tell_flushed();
    }

    fn depart(&mut self, ctx: &mut Context<Self>) {
        if let Some(records) = self.state.depart() {
            self.write(records, ctx);
        }
    }

    /// Goes on after a batch: at once where somebody waits for what has come meanwhile.
    fn depart_or_gather(&mut self, ctx: &mut Context<Self>) {
        if self.limits.acknowledge == Acknowledge::WhenDurable {
            self.depart(ctx);
        } else if self.state.holds(Whose::All) {
            self.gather(ctx);
        }
    }

    fn tell_flushed(&mut self) {
        for flush in self.flushed.extract_if(.., |flush| !self.state.holds(flush.of)) {
            // Whoever waited for the flush may have given up.
            let _ = flush.done.send(());
        }
    }

    fn write(&self, records: Arc<[Record]>, ctx: &mut Context<Self>) {
        let journal = Arc::clone(&self.ports.journal);
        let write = async move {
            let began = Instant::now();
            (journal.append(&records).await, began.elapsed())
        };
        ctx.spawn(write.into_actor(self).map(|(outcome, took), journal, ctx| {
            journal.written(outcome, took, ctx);
        }));
    }

    fn written(&mut self, outcome: Result<Vec<Outcome>, PortError>, took: Duration, ctx: &mut Context<Self>) {
        let outcome = outcome.map_err(|error| {
            tracing::warn!(error = ?error, "a batch could not be written to the store");
            error.fault
        });
        match self.state.written(outcome, took) {
            Next::Settle(fates) => {
                for (promise, fate) in fates {
                    promise.resolve(fate);
                }
                self.depart_or_gather(ctx);
                self.tell_flushed();
            }
            Next::RetryAfter(delay) => {
                ctx.run_later(delay, |journal, ctx| {
                    if let Some(records) = journal.state.again() {
                        journal.write(records, ctx);
                    }
                });
            }
        }
    }
}
