//! The process shuts down, or the conversation is deleted.

use std::time::Duration;

use actix::{AsyncContext, Context, Handler, Message};

use crate::chatbot::session::outlet::CloseReason;
use crate::chatbot::session::{Draining, Session, Stage};
use crate::kernel::{ExitReason, VitalState};

/// Take nothing new, let the answer under way finish within the grace, write the snapshot, send the listeners away.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct Drain {
    /// How long an answer under way may go on.
    pub grace: Duration,
    /// How long to wait before the listeners are sent away.
    pub close_after: Duration,
    /// What the listeners are told.
    pub reason: CloseReason,
}

/// How often a draining session looks whether it is quiet.
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Handler<Drain> for Session {
    type Result = ();

    fn handle(&mut self, drain: Drain, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.life.vital().set(VitalState::Stopping);
        ctx.run_later(drain.close_after, move |session, ctx| {
            session.draining = Draining::Yes;
            session.drain(drain, ctx);
        });
    }
}

impl Session {
    fn drain(&mut self, drain: Drain, ctx: &mut Context<Self>) {
        let quiet = match &self.stage {
            Stage::Active(state) => state.is_quiet() && self.unpaid.is_empty(),
            Stage::Loading(_) => true,
        };
        if quiet || drain.grace.is_zero() {
            return self.leave(drain.reason, ctx);
        }
        let grace = drain.grace.saturating_sub(LOOK_EVERY);
        ctx.run_later(LOOK_EVERY, move |session, ctx| session.drain(Drain { grace, ..drain }, ctx));
    }

    fn leave(&mut self, reason: CloseReason, ctx: &mut Context<Self>) {
        self.writer = None;
        self.life.ends(ExitReason::Drained);
        self.listeners.close(reason);
        match reason {
            CloseReason::Removed => self.clear_and_stop(ctx),
            _ => self.save_and_stop(ctx),
        }
    }
}
