//! A visitor or an agent wishes something.

use actix::{Context, Handler, Message};

use crate::chatbot::session::command::Command;
use crate::chatbot::session::outlet::Responder;
use crate::chatbot::session::state::Credit;
use crate::chatbot::session::{Draining, Early, Session, Stage};
use crate::model::Refusal;

/// Carry out a command.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Obey {
    /// The wish.
    pub command: Command,
    /// Who gets the answer.
    pub responder: Responder,
}

impl Handler<Obey> for Session {
    type Result = ();

    fn handle(&mut self, message: Obey, ctx: &mut Context<Self>) {
        self.life.vital().took();
        self.obey(message, ctx);
    }
}

impl Session {
    pub(in crate::chatbot::session) fn obey(&mut self, message: Obey, ctx: &mut Context<Self>) {
        if self.draining == Draining::Yes {
            self.respond(message.responder, Err(Refusal::leaving()));
            return self.listeners.flush();
        }
        if let Stage::Loading(early) = &mut self.stage {
            if early.len() < self.context.limits.session_questions_max {
                early.push(Early::Obey(message));
            } else {
                message.responder.answer_at_once(Err(Refusal::overloaded()));
            }
            return;
        }
        self.follow_view(ctx);
        let Obey { command, responder } = message;
        match self.credit_for(&command) {
            Some(credit) => self.carry_out(command, credit, responder, ctx),
            None => self.wait_for_credit(command, responder, ctx),
        }
    }

    /// Whether a credit is needed and at hand; none where the account must be asked first.
    fn credit_for(&mut self, command: &Command) -> Option<Credit> {
        let Stage::Active(state) = &self.stage else { return Some(Credit::NotNeeded) };
        // Those that wait come first: what was said first is stored first, also where it needs no credit any more.
        if !self.unpaid.is_empty() && matches!(command, Command::SendMessage { .. }) {
            return None;
        }
        if !state.wants_credit(command) {
            return Some(Credit::NotNeeded);
        }
        let reservation = self.context.account.reserve()?;
        self.held.push(reservation);
        Some(Credit::Held)
    }
}
