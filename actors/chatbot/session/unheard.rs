//! What becomes of an answer that nobody listens to any more.

use actix::{AsyncContext, Context};

use super::command::Command;
use super::effect::fresh_ids;
use super::state::{CommandId, Credit, Input};
use super::{Session, Stage};
use crate::model::Unheard;

impl Session {
    /// Where the owner wants it so, an answer that has lost its last listener is stopped after a while. What was said
    /// until then is kept; where nothing was, nothing is paid.
    pub(super) fn mind_the_unheard(&mut self, ctx: &mut Context<Self>) {
        let wanted = self.view.record.config.behaviour.unheard == Unheard::Stop;
        if wanted && self.unheard.is_none() && self.is_unheard() {
            let grace = self.context.limits.answer_unheard_grace;
            self.unheard = Some(ctx.run_later(grace, |session, ctx| {
                session.unheard = None;
                session.stop_unheard(ctx);
            }));
        }
    }

    fn is_unheard(&self) -> bool {
        let writes = matches!(&self.stage, Stage::Active(state) if state.answer_under_way().is_some());
        writes && self.listeners.is_empty()
    }

    fn stop_unheard(&mut self, ctx: &mut Context<Self>) {
        let Stage::Active(state) = &self.stage else { return };
        let Some(message_id) = state.answer_under_way().filter(|_| self.is_unheard()) else { return };
        let id = CommandId(self.commands);
        self.commands += 1;
        let fresh = fresh_ids(&self.context.ports);
        let command = Command::StopAnswer { message_id };
        self.apply(Input::Command { id, command, fresh, credit: Credit::NotNeeded }, ctx);
        self.mind_the_unheard(ctx);
        self.rest_if_idle(ctx);
    }
}
