//! A whole engine for benchmarks, on one thread and with its store in memory: a conversation that sleeps and wakes.
//!
//! Its time is virtual, so that waiting costs nothing and a count of instructions is of work alone.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use actix::SystemRunner;
use aihio_actors::engine::{
    Command, Delivery, Item, ListenerId, Opening, Outlet, Reply, SessionHandle, Since,
};
use aihio_actors::kernel::testing::World;
use aihio_actors::model::{AnswererKind, ClientId, PublicationData, Refusal, Role, SessionId};
use aihio_actors::ports::Ports;
use aihio_actors::{Engine, Limits};
use tokio::sync::mpsc;
use uuid::Uuid;

/// 100 bytes, the length of an ordinary question.
const QUESTION: &str =
    "Could you tell me, please, how long I may keep the bicycle that I hired before I must bring it back?";
/// How long a session without a visitor stays: short, so that nothing else falls due meanwhile.
const IDLE: Duration = Duration::from_millis(1);
/// Deliveries that may wait at a visitor.
const INBOX_LEN: usize = 256;

/// An engine, and one conversation with a chatbot that says back what it is asked.
pub(crate) struct Town {
    system: SystemRunner,
    engine: Engine,
    world: World,
    conversation: SessionId,
    messages: Cell<u128>,
}

/// The visitor of the conversation, while it is awake.
pub(crate) struct Guest {
    session: SessionHandle,
    listener: ListenerId,
    inbox: mpsc::Receiver<Delivery>,
}

impl Town {
    /// An engine whose one conversation has so many turns behind it, and sleeps.
    pub(crate) fn after(turns: u32) -> Self {
        let system = actix::System::new();
        let (engine, world) = system.block_on(async {
            let world = World::new();
            world.configure(world.chatbot, 2, |config| config.answerer.kind = AnswererKind::Echo);
            let limits = Limits { session_idle: IDLE, session_pace: None, ..Limits::default() };
            let ports = Ports { recordings: None, ..world.ports() };
            (Engine::start(ports, limits), world)
        });
        let meta = world.meta(world.chatbot);
        let town = Self { system, engine, world, conversation: meta.session_id, messages: Cell::new(0) };
        let mut guest = town.system.block_on(town.enter(Opening::New(Box::new(meta))));
        (0..turns).for_each(|_| town.turn(&mut guest));
        town.sleep(guest);
        town
    }

    /// The visitor comes back, and the session is built again from its snapshot and its journal.
    pub(crate) fn wake(&self) -> Guest {
        self.system.block_on(self.enter(Opening::Known(self.conversation)))
    }

    /// The visitor leaves; the session writes its snapshot and ends.
    pub(crate) fn sleep(&self, Guest { session, listener, inbox }: Guest) {
        self.system.block_on(async {
            session.detach(listener);
            drop(inbox);
            while session.is_open() {
                tokio::time::sleep(IDLE).await;
            }
        });
    }

    /// One question and its answer, through every actor that takes part.
    pub(crate) fn turn(&self, guest: &mut Guest) {
        self.messages.set(self.messages.get() + 1);
        let client_id = ClientId::parse(&Uuid::from_u128(self.messages.get()).to_string());
        let answered = self.system.block_on(async {
            let command = Command::SendMessage { client_id: client_id.ok()?, text: QUESTION.to_owned() };
            let reply = guest.session.command(command).await;
            assert!(matches!(reply, Ok(Reply::Sent { .. })), "the message is kept: {reply:?}");
            while !is_answer(&guest.inbox.recv().await?) {}
            Some(())
        });
        assert_eq!(answered, Some(()), "the message is answered");
    }

    #[expect(clippy::expect_used, reason = "the store in memory refuses nobody")]
    async fn enter(&self, opening: Opening) -> Guest {
        let entering = async {
            let session = self.engine.chatbot(self.world.chatbot).await?.session(opening).await?;
            let (sender, inbox) = mpsc::channel(INBOX_LEN);
            let welcome = session.attach(Arc::new(Outlet::Channel(sender)), Since::Now).await?;
            Ok::<_, Refusal>(Guest { session, listener: welcome.listener, inbox })
        };
        entering.await.expect("everybody is let in")
    }
}

fn is_answer(Delivery(items): &Delivery) -> bool {
    items.iter().any(|item| match item {
        Item::Publication(publication) => {
            matches!(publication.data, PublicationData::Message { role: Role::Assistant, .. })
        }
        _ => false,
    })
}
