//! The journal says what became of a record.

use actix::{ActorContext, Context, Handler, Message};

use crate::chatbot::session::outlet::CloseReason;
use crate::chatbot::session::state::{Input, Ticket};
use crate::chatbot::session::{Session, Stage};
use crate::journal::RecordFate;
use crate::kernel::ExitReason;

/// What became of a record. Sent once for each, whatever happens.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Fate {
    /// Which record.
    pub ticket: Ticket,
    /// What became of it.
    pub fate: RecordFate,
}

impl Handler<Fate> for Session {
    type Result = ();

    fn handle(&mut self, fate: Fate, ctx: &mut Context<Self>) {
        // A record from before the history was read again: what became of it is part of what was read.
        if !matches!(&self.stage, Stage::Active(state) if state.owns(fate.ticket)) {
            return;
        }
        match fate.fate {
            RecordFate::Kept => {
                self.apply(Input::Kept(fate.ticket), ctx);
                self.let_newcomers_in(ctx);
            }
            RecordFate::Lost => self.apply(Input::Lost, ctx),
            RecordFate::Conflict => {
                // Another writer holds our place: nothing that this life knows can be trusted.
                tracing::error!(session.id = %self.id, "another writer has written this session's history");
                self.listeners.close(CloseReason::InsufficientState);
                self.life.ends(match self.context.ports.cluster {
                    // It has another owner, with whom it goes on: there is nothing to begin anew here.
                    Some(_) => ExitReason::Finished,
                    None => ExitReason::Failed("another writer has written this history".into()),
                });
                ctx.stop();
            }
        }
        self.rest_if_idle(ctx);
    }
}
