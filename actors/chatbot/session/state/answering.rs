//! From a question to its answer.

use super::suggesting::Answered;
use super::talking::{Now, Wish};
use super::{AnswerStep, Effect, Finished, Question, SessionState, Then, Writing};
use crate::chatbot::session::command::Reply;
use crate::model::{
    AnswerId, Event, EventBody, Message, MessageId, Notice, Publication, PublicationData, RefusalCode, Role,
    Timestamp,
};
use crate::ports::RecordBody;

impl SessionState {
    /// Answers the question, or lets it wait for the one before it.
    pub(super) fn ask(&mut self, question: Question, out: &mut Vec<Effect>) {
        if !self.assistant_speaks() {
            out.push(Effect::Release);
        } else if self.writing.is_some() {
            self.waiting.push_back(question);
        } else {
            self.begin(question, out);
        }
    }

    fn begin(&mut self, question: Question, out: &mut Vec<Effect>) {
        out.push(Effect::StartAnswer(question.clone()));
        self.writing = Some(Writing { question, pieces: 0, text: String::new() });
    }

    fn begin_next(&mut self, out: &mut Vec<Effect>) {
        if let Some(question) = self.waiting.pop_front() {
            self.begin(question, out);
        }
    }

    pub(super) fn answer_step(
        &mut self,
        answer_id: AnswerId,
        step: AnswerStep,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        if let AnswerStep::Suggested(suggested) = step {
            return self.suggest(answer_id, suggested, now, out);
        }
        // A step of an attempt that was stopped or superseded says nothing any more.
        let Some(writing) = self.writing.as_mut().filter(|writing| writing.question.answer_id == answer_id)
        else {
            return;
        };
        match step {
            AnswerStep::Piece(text) => {
                writing.text.push_str(&text);
                let data = PublicationData::Delta {
                    message_id: writing.question.answer_message_id,
                    n: writing.pieces,
                    text,
                };
                writing.pieces += 1;
                out.push(Effect::Stream(Publication::ephemeral(data).into()));
            }
            AnswerStep::Finished(finished) => {
                if let Some(writing) = self.writing.take() {
                    let message_id = writing.question.answer_message_id;
                    self.finish(writing, *finished, now, out);
                    self.answered = Some(Answered { answer_id, message_id, seq: self.transcript.assigned() });
                }
                self.begin_next(out);
            }
            AnswerStep::Suggested(_) => {}
            AnswerStep::Failed => {
                if let Some(writing) = self.writing.take() {
                    self.fail(&writing, now, out);
                }
                self.begin_next(out);
            }
        }
    }

    fn finish(&mut self, writing: Writing, finished: Finished, now: Timestamp, out: &mut Vec<Effect>) {
        let message_id = writing.question.answer_message_id;
        let message = Message {
            message_id,
            client_id: None,
            role: Role::Assistant,
            text: writing.text,
            reply_to: Some(writing.question.message_id),
            citations: finished.citations,
        };
        let event = Event { seq: self.transcript.assign(), at: now, body: EventBody::Message(message) };
        let body = RecordBody::Events {
            events: [event].into(),
            usage: self.answer_usage(message_id, &finished.receipt, now),
            receipts: vec![(message_id, finished.receipt)],
        };
        self.keep(body, Then::Nothing, out);
    }

    fn fail(&mut self, writing: &Writing, now: Timestamp, out: &mut Vec<Effect>) {
        out.push(Effect::Release);
        let text = "This question could not be answered just now. Ask again in a moment.";
        self.keep_message(system(&writing.question, text), now, out);
        let notice = Notice {
            code: RefusalCode::AnswerFailed.number(),
            message: text.into(),
            retry_after_ms: Some(1_000),
        };
        out.push(Effect::Publish(Publication::ephemeral(PublicationData::Notice(notice)).into()));
    }

    /// Ends the answer where it is: what was said so far is the answer; where nothing was, the question is closed.
    pub(super) fn stop_answer(&mut self, message_id: MessageId, wish: &Wish, out: &mut Vec<Effect>) -> Now {
        let named = |question: &Question| {
            question.answer_message_id == message_id || question.message_id == message_id
        };
        if let Some(at) = self.waiting.iter().position(named)
            && let Some(question) = self.waiting.remove(at)
        {
            out.push(Effect::Release);
            self.keep_message(system(&question, "Stopped before it was answered."), wish.now, out);
            return Now::WhenKept(Reply::Done);
        }
        let Some(writing) = self.writing.take_if(|writing| named(&writing.question)) else {
            return Now::Reply(Ok(Reply::Done));
        };
        out.push(Effect::CancelAnswer);
        if writing.text.is_empty() {
            out.push(Effect::Release);
            self.keep_message(system(&writing.question, "Stopped before it was answered."), wish.now, out);
        } else {
            let receipt = self.stopped_receipt();
            self.finish(writing, Finished { citations: Vec::new(), receipt }, wish.now, out);
        }
        // The reply waits for the record just kept; the next answer may begin meanwhile.
        let outcome = Now::WhenKept(Reply::Done);
        self.begin_next(out);
        outcome
    }

    fn stopped_receipt(&self) -> crate::model::Receipt {
        crate::model::Receipt::of(self.rules.config_version, "stopped")
    }

    /// Forgets what is being written, what waits and what would be asked once it is durable; their credits are free
    /// again.
    pub(super) fn drop_answers(&mut self, out: &mut Vec<Effect>) {
        for pending in &mut self.pending {
            if matches!(pending.then, Then::Ask(_)) {
                pending.then = Then::Nothing;
                out.push(Effect::Release);
            }
        }
        if self.writing.take().is_some() {
            out.push(Effect::CancelAnswer);
            out.push(Effect::Release);
        }
        for _ in self.waiting.drain(..) {
            out.push(Effect::Release);
        }
    }

    /// The answer that is being written.
    #[must_use]
    pub fn answer_under_way(&self) -> Option<MessageId> {
        self.writing.as_ref().map(|writing| writing.question.answer_message_id)
    }

    /// Everything written so far of the answer under way, for a listener that has not followed it.
    #[must_use]
    pub fn draft(&self) -> Option<Publication> {
        let writing = self.writing.as_ref().filter(|writing| writing.pieces > 0)?;
        Some(Publication::ephemeral(PublicationData::Snapshot {
            message_id: writing.question.answer_message_id,
            n: writing.pieces - 1,
            text: writing.text.clone(),
        }))
    }
}

/// A line to both sides about a question that gets no answer. Its id is the one the answer would have had.
fn system(question: &Question, text: &str) -> Message {
    Message {
        message_id: question.answer_message_id,
        client_id: None,
        role: Role::System,
        text: text.into(),
        reply_to: Some(question.message_id),
        citations: Vec::new(),
    }
}
