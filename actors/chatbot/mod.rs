//! One live chatbot: it owns the published configuration and index, and admits, starts and restarts its sessions.
//! Child of the root.

mod effect;
mod finder;
pub mod handle;
pub mod knowledge;
mod reach;
pub mod session;
mod snapshot;
pub mod state;
mod view;

pub(crate) use effect::read_view;
pub use finder::Finder;
pub use handle::{OpenSession, Reload};
pub use reach::ChatbotHandle;
pub use view::{ChatbotView, SharedView};

use std::sync::Arc;

use actix::{Actor, AsyncContext, Context};
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::session::{Session, SessionHandle};
use self::state::ChatbotState;
use crate::kernel::{Birth, Children, Life, Restart, RestartPolicy};
use crate::model::{ChatbotId, SessionId};

/// The actor.
pub struct Chatbot {
    life: Life<ChatbotId>,
    reach: Arc<ChatbotHandle>,
    sessions: Children<SessionId, Session>,
    state: ChatbotState,
    followers: Followers,
    began: Instant,
    draining: Draining,
}

/// Those who wait until a change is published: by the reading under way, and by the one after it.
#[derive(Default)]
struct Followers {
    now: Vec<oneshot::Sender<()>>,
    next: Vec<oneshot::Sender<()>>,
}

impl Chatbot {
    /// Makes the actor; `birth` enters it into the census. Sessions of an earlier life are taken over.
    #[must_use]
    pub fn new(birth: Birth<ChatbotId>, reach: Arc<ChatbotHandle>) -> Self {
        let sessions = Children::new(RestartPolicy::standard(Restart::Transient));
        let state = ChatbotState::new(reach.view().record.config_version);
        let (followers, began) = (Followers::default(), Instant::now());
        Self { life: Life::begin(birth), reach, sessions, state, followers, began, draining: Draining::No }
    }

    /// What others see of it.
    #[must_use]
    pub fn life(&self) -> &Life<ChatbotId> {
        &self.life
    }
}

impl Actor for Chatbot {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.adopt(ctx);
        let every = self.reach.context().limits.chatbot_idle;
        ctx.run_interval(every, |chatbot, ctx| chatbot.rest_if_idle(ctx));
    }
}

/// The way to a session that lives or is started.
pub(crate) type Opened = Result<SessionHandle, crate::model::Refusal>;

/// Whether it takes new sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Draining {
    No,
    Yes,
}
