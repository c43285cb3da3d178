//! A conversation for benchmarks: a session's pure state, and its visitor, store and answerer as plain calls.

use aihio_actors::Limits;
use aihio_actors::chatbot::session::Command;
use aihio_actors::chatbot::session::state::{
    AnswerStep, AnswerStyle, CommandId, Credit, Effect, Finished, FreshIds, Input, Memory, Rules,
    SessionState,
};
use aihio_actors::chatbot::session::transcript::Transcript;
use aihio_actors::model::{
    AccountId, AnswerId, ChatbotId, ClientId, ConfigVersion, Epoch, Event, EventBody, Message, MessageId,
    Receipt, Role, Seq, SessionId, SessionMeta, Timestamp, Visitor,
};
use uuid::Uuid;

/// 100 bytes, the length of an ordinary question.
const QUESTION: &str =
    "Could you tell me, please, how long I may keep the bicycle that I hired before I must bring it back?";
/// One piece of an answer.
const PIECE: &str = " bicycle";

/// One session and the effects of its last input.
pub(crate) struct Conversation {
    state: SessionState,
    command: Option<Command>,
    effects: Vec<Effect>,
}

impl Conversation {
    /// A session with `events` behind it and its visitor's next question at hand.
    pub(crate) fn after(events: u64, style: AnswerStyle) -> Self {
        let mut state = state(style);
        state.recall(None, &history(events));
        let command = client_id(events + 1)
            .map(|client_id| Command::SendMessage { client_id, text: QUESTION.to_owned() });
        Self { state, command, effects: Vec::with_capacity(32) }
    }

    /// A question that is said back: asked, kept, acknowledged, published, settled.
    pub(crate) fn echo_turn(&mut self) {
        self.send();
        self.keep();
        assert!(self.is_settled(), "an echo is settled once it is kept");
    }

    /// A question whose answer is written in `pieces`: asked, kept, streamed, kept, settled.
    pub(crate) fn written_turn(&mut self, pieces: u32) {
        self.send();
        self.keep();
        for _ in 0..pieces {
            self.answer(AnswerStep::Piece(PIECE.to_owned()));
        }
        self.answer(AnswerStep::Finished(Box::new(finished())));
        self.keep();
        assert!(self.is_settled(), "a written answer is settled once it is kept");
    }

    fn send(&mut self) {
        if let Some(command) = self.command.take() {
            let credit = if self.state.wants_credit(&command) { Credit::Held } else { Credit::NotNeeded };
            self.apply(Input::Command { id: CommandId(1), command, fresh: FRESH, credit });
        }
    }

    fn keep(&mut self) {
        let kept = self.effects.iter().find_map(|effect| match effect {
            Effect::Keep(ticket, _) => Some(*ticket),
            _ => None,
        });
        if let Some(ticket) = kept {
            self.apply(Input::Kept(ticket));
        }
    }

    fn answer(&mut self, step: AnswerStep) {
        self.apply(Input::Answer { answer_id: FRESH.answer_id, step });
    }

    fn apply(&mut self, input: Input) {
        self.effects.clear();
        self.state.apply(input, now(), &mut self.effects);
    }

    fn is_settled(&self) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Publish(_))) && self.state.is_quiet()
    }
}

const FRESH: FreshIds = FreshIds {
    message_id: MessageId::from_uuid(Uuid::from_u128(u128::MAX)),
    answer_message_id: MessageId::from_uuid(Uuid::from_u128(u128::MAX - 1)),
    answer_id: AnswerId::from_uuid(Uuid::from_u128(u128::MAX - 2)),
};

/// A session without a history, under the bounds that hold by default.
pub(crate) fn state(style: AnswerStyle) -> SessionState {
    let limits = Limits::default();
    let rules = Rules {
        config_version: ConfigVersion(1),
        style,
        message_chars_max: 4_000,
        pace: limits.session_pace,
        questions_max: limits.session_questions_max,
    };
    SessionState::new(meta(), rules, Transcript::new(limits.session_ring_len))
}

/// Questions and their answers in turn, `len` events in all.
pub(crate) fn history(len: u64) -> Vec<Event> {
    (1..=len).map(|seq| Event { seq: Seq(seq), at: now(), body: EventBody::Message(message(seq)) }).collect()
}

/// What a session remembers of `events` between its lives.
pub(crate) fn memory(events: u64) -> Memory {
    let mut state = state(AnswerStyle::Echo);
    state.recall(None, &history(events));
    state.memory()
}

/// An odd position is a question, an even one the answer to the one before it.
fn message(seq: u64) -> Message {
    let id = |seq: u64| MessageId::from_uuid(Uuid::from_u128(seq.into()));
    let asks = seq % 2 == 1;
    Message {
        message_id: id(seq),
        client_id: if asks { client_id(seq) } else { None },
        role: if asks { Role::Visitor } else { Role::Assistant },
        text: QUESTION.to_owned(),
        reply_to: (!asks).then(|| id(seq - 1)),
        citations: Vec::new(),
    }
}

fn client_id(seq: u64) -> Option<ClientId> {
    ClientId::parse(&Uuid::from_u128(seq.into()).to_string()).ok()
}

fn meta() -> SessionMeta {
    SessionMeta {
        session_id: SessionId::from_uuid(Uuid::from_u128(1)),
        chatbot_id: ChatbotId::from_uuid(Uuid::from_u128(2)),
        account_id: AccountId::from_uuid(Uuid::from_u128(3)),
        epoch: Epoch("1".into()),
        visitor: Visitor::default(),
        locale: None,
        page_url: None,
        opened_at: now(),
    }
}

fn finished() -> Finished {
    let receipt = Receipt::of(ConfigVersion(1), "test");
    Finished { citations: Vec::new(), receipt }
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(86_400)
}
