//! The answer goes on.

use actix::{Context, Handler, Message};

use crate::chatbot::session::Session;
use crate::chatbot::session::state::{AnswerStep, Input};
use crate::model::AnswerId;

/// A step of the answer that is being written.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Progress {
    /// Which attempt.
    pub answer_id: AnswerId,
    /// How it goes on.
    pub step: AnswerStep,
}

impl Handler<Progress> for Session {
    type Result = ();

    fn handle(&mut self, progress: Progress, ctx: &mut Context<Self>) {
        self.apply(Input::Answer { answer_id: progress.answer_id, step: progress.step }, ctx);
        self.mind_the_unheard(ctx);
        self.rest_if_idle(ctx);
    }
}
