//! One question and its answer: listens first, then asks, so that nothing is missed between.

use std::collections::VecDeque;
use std::time::Duration;

use aihio_actors::engine::{Command, Duplicate, Listening, Reply, SessionHandle};
use aihio_actors::model::{ClientId, MessageId, Phase, Publication, PublicationData, RefusalCode, Seq};
use futures_util::StreamExt as _;
use tokio::time::Instant;

use crate::error::{ApiError, ErrorCode};
use crate::http::sessions::Message;
use crate::store::Tenant;

/// Events that are read after a known question to find its answer.
const LOOK_AHEAD: u32 = 100;

/// When an interrupted conversation is back, in this process or the next.
const INTERRUPTED: Duration = Duration::from_secs(1);

/// A question to be asked.
pub(crate) struct Question {
    /// The asker's id of it; sending it again asks nothing.
    pub(crate) client_id: ClientId,
    /// The words.
    pub(crate) text: String,
    /// How long the answer is waited for.
    pub(crate) timeout: Duration,
}

/// A question that was asked.
pub(crate) struct Exchange {
    /// The conversation.
    pub(crate) session: SessionHandle,
    /// The question's position.
    pub(crate) seq: Seq,
    question: MessageId,
    listening: Listening,
    deadline: Instant,
    answer: Answer,
    ready: VecDeque<Step>,
}

/// What comes next of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// The message that will be the answer is being written.
    Begins(MessageId),
    /// More of its text.
    Text(String),
    /// How it ended.
    Ends(Outcome),
}

/// How an answer ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It is whole.
    Whole(Box<Message>),
    /// Nobody answers at once: a person has taken over, or will.
    LeftTo(Phase),
}

/// Follows the pieces of one answer, so that together they are its text.
#[derive(Debug, Default)]
struct Answer {
    message_id: Option<MessageId>,
    text: String,
}

impl Answer {
    /// A further piece of the answer.
    fn piece(&mut self, message_id: MessageId, text: &str, ready: &mut VecDeque<Step>) {
        if self.message_id.is_none() {
            self.message_id = Some(message_id);
            ready.push_back(Step::Begins(message_id));
        }
        if self.message_id == Some(message_id) && !text.is_empty() {
            self.text.push_str(text);
            ready.push_back(Step::Text(text.to_owned()));
        }
    }

    /// All of the answer so far: gives what was not given yet.
    fn whole(&mut self, message_id: MessageId, text: &str, ready: &mut VecDeque<Step>) {
        let rest = text.strip_prefix(self.text.as_str()).unwrap_or_default().to_owned();
        self.piece(message_id, &rest, ready);
    }
}

impl Exchange {
    /// Asks. With a known `client_id` nothing is asked again, and the first answer comes.
    ///
    /// # Errors
    /// When the conversation refuses the question.
    pub(crate) async fn begin(
        session: SessionHandle,
        tenant: &Tenant,
        question: Question,
    ) -> Result<Self, ApiError> {
        let listening = session.listen().await?;
        let Question { client_id, text, timeout } = question;
        let reply = session.command(Command::SendMessage { client_id, text }).await?;
        let Reply::Sent { seq, message_id, duplicate } = reply else {
            return Err(ApiError::internal("a message has no position"));
        };
        let mut exchange = Self {
            session,
            seq,
            question: message_id,
            listening,
            deadline: Instant::now() + timeout,
            answer: Answer::default(),
            ready: VecDeque::new(),
        };
        if matches!(duplicate, Duplicate::Yes) {
            let after = tenant.messages(exchange.session.id(), seq, LOOK_AHEAD).await?;
            after.into_iter().filter_map(Message::of).for_each(|message| exchange.take_message(message));
        }
        exchange.leave_to_people(tenant).await?;
        Ok(exchange)
    }

    /// What comes next; the last step is [`Step::Ends`].
    ///
    /// # Errors
    /// `answer_failed` when there will be no answer, `overloaded` when the conversation was interrupted.
    pub(crate) async fn next(&mut self) -> Result<Step, ApiError> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Ok(step);
            }
            match tokio::time::timeout_at(self.deadline, self.listening.next()).await {
                Ok(Some(publication)) => self.take(&publication)?,
                Ok(None) => return Err(interrupted()),
                Err(_) => {
                    return Err(failed("The answer took too long. Ask again with the same `id` to get it."));
                }
            }
        }
    }

    /// The answer as a whole.
    ///
    /// # Errors
    /// `answer_failed` when there will be none.
    pub(crate) async fn outcome(&mut self) -> Result<Outcome, ApiError> {
        loop {
            if let Step::Ends(outcome) = self.next().await? {
                return Ok(outcome);
            }
        }
    }

    /// Where a person answers, no answer is waited for.
    async fn leave_to_people(&mut self, tenant: &Tenant) -> Result<(), ApiError> {
        if self.ready.is_empty() {
            let phase =
                tenant.session(self.session.id()).await?.map_or(Phase::Assistant, |known| known.state);
            if matches!(phase, Phase::Agent | Phase::Closed) {
                self.ready.push_back(Step::Ends(Outcome::LeftTo(phase)));
            }
        }
        Ok(())
    }

    fn take(&mut self, publication: &Publication) -> Result<(), ApiError> {
        let ready = &mut self.ready;
        match &publication.data {
            PublicationData::Delta { message_id, text, .. } => self.answer.piece(*message_id, text, ready),
            PublicationData::Snapshot { message_id, text, .. } => self.answer.whole(*message_id, text, ready),
            PublicationData::Message { .. } => {
                Message::published(publication).into_iter().for_each(|message| self.take_message(message));
            }
            PublicationData::State(change) if matches!(change.state, Phase::Agent | Phase::Closed) => {
                ready.push_back(Step::Ends(Outcome::LeftTo(change.state)));
            }
            PublicationData::Notice(notice) if notice.code == RefusalCode::AnswerFailed.number() => {
                return Err(failed(&notice.message));
            }
            PublicationData::State(_)
            | PublicationData::Suggestions { .. }
            | PublicationData::Typing { .. }
            | PublicationData::Config(_)
            | PublicationData::Notice(_) => {}
        }
        Ok(())
    }

    fn take_message(&mut self, message: Message) {
        if message.reply_to == Some(self.question) {
            self.answer.whole(message.message_id, &message.text, &mut self.ready);
            self.ready.push_back(Step::Ends(Outcome::Whole(Box::new(message))));
        }
    }
}

/// The conversation's actor has ended, as when the server is stopped; the question is stored.
fn interrupted() -> ApiError {
    let detail = "The conversation was interrupted. Ask again with the same `id` to get the answer.";
    ApiError::new(ErrorCode::Overloaded, detail).retry_after(INTERRUPTED)
}

fn failed(detail: &str) -> ApiError {
    ApiError::new(ErrorCode::AnswerFailed, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> MessageId {
        MessageId::from_uuid(Uuid::from_u128(n))
    }

    fn texts(ready: &VecDeque<Step>) -> String {
        ready.iter().map(|step| if let Step::Text(text) = step { text.as_str() } else { "" }).collect()
    }

    #[test]
    fn pieces_snapshots_and_the_whole_give_the_text_once() {
        let (mut answer, mut ready) = (Answer::default(), VecDeque::new());
        answer.piece(id(1), "Hel", &mut ready);
        answer.whole(id(1), "Hello w", &mut ready);
        answer.piece(id(1), "orld", &mut ready);
        answer.whole(id(1), "Hello world", &mut ready);
        assert_eq!(texts(&ready), "Hello world");
        assert_eq!(ready.iter().filter(|step| matches!(step, Step::Begins(_))).count(), 1);
    }

    #[test]
    fn an_answer_that_comes_whole_is_one_piece() {
        let (mut answer, mut ready) = (Answer::default(), VecDeque::new());
        answer.whole(id(1), "echo", &mut ready);
        assert_eq!(ready, [Step::Begins(id(1)), Step::Text("echo".into())]);
    }

    #[test]
    fn pieces_of_another_message_are_not_mixed_in() {
        let (mut answer, mut ready) = (Answer::default(), VecDeque::new());
        answer.piece(id(1), "mine", &mut ready);
        answer.piece(id(2), "theirs", &mut ready);
        assert_eq!(texts(&ready), "mine");
    }
}
