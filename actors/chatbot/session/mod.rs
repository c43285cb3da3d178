//! One conversation of one visitor: the single writer of its history. Child of its chatbot.
//!
//! A session holds positions, known messages, the newest events, its listeners and the answer that is being written.
//! It decides in [`state`], touches the world in `effect`, is told things by the messages in [`handle`], and remembers
//! between lives by `snapshot` and the journal.

mod client;
mod command;
mod effect;
pub mod handle;
#[cfg(feature = "faults")]
mod leak;
mod listeners;
mod outlet;
mod past;
mod recording;
pub mod replay;
pub mod snapshot;
pub mod state;
pub mod transcript;
mod unheard;

pub use client::{Listening, SessionHandle};
pub use command::{Activity, Command, Duplicate, Reply};
pub use outlet::{CloseReason, Delivery, Item, ListenerId, Outlet, Responder};
pub(crate) use snapshot::key as session_snapshot;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use actix::{Actor, Context, SpawnHandle};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use self::listeners::Listeners;
use self::recording::Recorder;
use self::replay::Beginning;
use self::state::{CommandId, Effect, Input, Rules, SessionState, Ticket};
use super::view::{ChatbotView, SharedView};
use crate::billing::{AccountHandle, Reservation};
use crate::exchange::ExchangeHandle;
use crate::journal::JournalGate;
use crate::kernel::{Birth, Census, Life, VitalState};
use crate::limits::Limits;
use crate::model::{MessageId, OwnerEpoch, Refusal, SessionId, SessionMeta};
use crate::ports::Ports;

/// What all sessions of one chatbot share.
pub struct SessionContext {
    /// The world.
    pub ports: Ports,
    /// The bounds.
    pub limits: Arc<Limits>,
    /// The chatbot as it is now.
    pub view: SharedView,
    /// Who pays.
    pub account: Arc<AccountHandle>,
    /// Where the history is kept.
    pub journal: JournalGate,
    /// Turns at reading a history, shared by all sessions of the process.
    pub readings: Arc<Semaphore>,
    /// Everybody alive.
    pub census: Census,
    /// The way to sessions of other processes, where there are any.
    pub exchange: Option<Arc<ExchangeHandle>>,
}

/// How a session begins.
#[derive(Debug, Clone)]
pub enum Opening {
    /// It is new: nothing is stored of it yet.
    New(Box<SessionMeta>),
    /// It may have a history.
    Known(SessionId),
}

/// The actor.
pub struct Session {
    /// The first to be dropped, so that the recording has ended when the census says that the session is gone.
    recorder: Option<Recorder>,
    id: SessionId,
    life: Life<SessionId>,
    owner: OwnerEpoch,
    context: Arc<SessionContext>,
    view: Arc<ChatbotView>,
    stage: Stage,
    newcomers: Vec<handle::Attach>,
    listeners: Listeners,
    responders: HashMap<CommandId, Responder>,
    commands: u64,
    held: Vec<Reservation>,
    unpaid: VecDeque<(Command, Responder)>,
    writer: Option<Writer>,
    unanswered: VecDeque<(MessageId, String)>,
    /// Records of earlier lives count up to here.
    next_ticket: Ticket,
    idle: Option<SpawnHandle>,
    /// The end of an answer that nobody listens to.
    unheard: Option<SpawnHandle>,
    effects: Vec<Effect>,
    snapshot_seq: u64,
    draining: Draining,
}

/// The task that writes the answer; dropping it, also with its session, ends what it asks of a model.
struct Writer(AbortHandle);

impl Drop for Writer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether the history is at hand.
enum Stage {
    /// It is being read; what comes meanwhile waits.
    Loading(Vec<Early>),
    /// It is there.
    Active(Box<SessionState>),
}

/// What came before the history was there.
enum Early {
    Attach(handle::Attach),
    Obey(handle::Obey),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draining {
    No,
    Yes,
}

impl Session {
    /// Makes the actor; `birth` enters it into the census.
    #[must_use]
    pub fn new(birth: Birth<SessionId>, opening: Opening, context: Arc<SessionContext>) -> Self {
        let view = context.view.load_full();
        let (id, recorder, stage) = match opening {
            Opening::Known(id) => (id, None, Stage::Loading(Vec::new())),
            Opening::New(meta) => {
                let (id, rules) = (meta.session_id, rules_of(&view, &context.limits));
                let beginning = Beginning::first(*meta, rules, context.limits.session_ring_len);
                let recorder = Recorder::begin(&context.ports, &beginning);
                (id, recorder, Stage::Active(Box::new(beginning.state().0)))
            }
        };
        Self {
            recorder,
            id,
            life: Life::begin(birth),
            owner: OwnerEpoch::FIRST,
            context,
            view,
            stage,
            newcomers: Vec::new(),
            listeners: Listeners::default(),
            responders: HashMap::new(),
            commands: 0,
            held: Vec::new(),
            unpaid: VecDeque::new(),
            writer: None,
            unanswered: VecDeque::new(),
            next_ticket: Ticket(0),
            idle: None,
            unheard: None,
            effects: Vec::new(),
            snapshot_seq: 0,
            draining: Draining::No,
        }
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<SessionId> {
        &self.life
    }

    /// Takes one input and does what follows from it.
    fn apply(&mut self, input: Input, ctx: &mut Context<Self>) {
        let now = self.context.ports.clock.now();
        let mut effects = std::mem::take(&mut self.effects);
        if let Stage::Active(state) = &mut self.stage {
            let noted = self.recorder.as_mut().map(|recorder| (recorder, input.clone()));
            state.apply(input, now, &mut effects);
            if let Some((recorder, input)) = noted {
                recorder.took(input, now, &effects, &self.responders);
            }
        }
        self.enact(&mut effects, ctx);
        self.effects = effects;
    }

    /// Follows a change of the chatbot's configuration: it holds from the next input on.
    fn follow_view(&mut self, ctx: &mut Context<Self>) {
        if Arc::ptr_eq(&self.view, &self.context.view.load()) {
            return;
        }
        self.view = self.context.view.load_full();
        let rules = rules_of(&self.view, &self.context.limits);
        self.apply(Input::Ruled(rules), ctx);
    }

    fn refuse_early(&mut self, refusal: &Refusal) {
        if let Stage::Loading(early) = &mut self.stage {
            for waiting in early.drain(..) {
                match waiting {
                    Early::Attach(attach) => attach.answer(Err(refusal.clone())),
                    Early::Obey(obey) => obey.responder.answer_at_once(Err(refusal.clone())),
                }
            }
        }
    }
}

impl Actor for Session {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if matches!(self.stage, Stage::Loading(_)) {
            self.life.vital().set(VitalState::Loading);
            self.load(ctx);
        } else {
            self.apply(Input::Opened, ctx);
        }
        self.rest_if_idle(ctx);
    }
}

fn rules_of(view: &ChatbotView, limits: &Limits) -> Rules {
    use crate::model::AnswererKind;
    let config = &view.record.config;
    let chatbot_pace = std::num::NonZeroU32::new(config.limits.messages_per_minute);
    let pace = limits.session_pace.map(|pace| crate::kernel::Pace {
        per_minute: chatbot_pace.map_or(pace.per_minute, |own| own.min(pace.per_minute)),
        burst: chatbot_pace.map_or(pace.burst, |own| own.min(pace.burst)),
    });
    Rules {
        config_version: view.record.config_version,
        style: match config.answerer.kind {
            AnswererKind::Echo => state::AnswerStyle::Echo,
            AnswererKind::Extractive | AnswererKind::Llm => state::AnswerStyle::Written,
        },
        message_chars_max: usize::try_from(config.limits.message_chars_max).unwrap_or(usize::MAX),
        pace,
        questions_max: limits.session_questions_max,
    }
}
