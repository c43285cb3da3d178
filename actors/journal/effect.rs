//! How the journal touches the world: it writes batches.

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorFutureExt, AsyncContext, Context};
use tokio::time::Instant;

use super::state::Next;
use super::{Gathering, Journal};
use crate::ports::{Outcome, PortError, Record};

impl Journal {
    /// Writes the next batch once everything that is ready now has arrived.
    pub(super) fn gather(&mut self, ctx: &mut Context<Self>) {
        if self.gathering == Gathering::No {
            self.gathering = Gathering::Yes;
            ctx.spawn(tokio::task::yield_now().into_actor(self).map(|(), journal, ctx| {
                journal.gathering = Gathering::No;
                journal.depart(ctx);
                journal.tell_flushed();
            }));
        }
    }

    fn depart(&mut self, ctx: &mut Context<Self>) {
        if let Some(records) = self.state.depart() {
            self.write(records, ctx);
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
                self.depart(ctx);
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
