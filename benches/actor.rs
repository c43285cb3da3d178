//! An actor for benchmarks that is told words, and says when it has taken the last of them.

use std::sync::Arc;

use actix::{Actor, Addr, Context, Handler, Message};
use aihio_actors::kernel::{
    ActorKey, ActorKind, Birth, Census, ChildDown, ExitReason, Generation, Life, Mailbox,
};
use tokio::sync::oneshot;
use uuid::Uuid;

/// Room for more messages than are ever told at once.
pub(crate) const MAILBOX_LEN: usize = 1_024;

/// Puts so many messages into the mailbox and waits until the last one was taken.
pub(crate) async fn tell_all(mailbox: &Mailbox<Child>, count: u16) {
    for _ in 1..count {
        assert_eq!(mailbox.tell(Word { last: None }), Ok(()), "the mailbox has room");
    }
    let (sender, taken) = oneshot::channel();
    assert_eq!(mailbox.tell(Word { last: Some(sender) }), Ok(()), "the mailbox has room");
    assert!(taken.await.is_ok(), "the actor lives");
}

/// The mailbox of an actor that `start` starts.
pub(crate) fn child(parent: &Addr<Parent>, start: impl FnOnce(Child) -> Addr<Child>) -> Mailbox<Child> {
    let (id, census) = (Uuid::from_u128(1), Census::default());
    let actor = ActorKey { kind: ActorKind::Session, id };
    let (generation, notify) = (Generation(0), parent.clone().recipient());
    let life =
        Life::begin(Birth { key: id, actor, parent: None, generation, notify, census: census.clone() });
    let vital = Arc::clone(life.vital());
    Mailbox::new(start(Child { life }), ActorKind::Session, vital, census)
}

/// What an ordinary actor is told.
#[derive(Message)]
#[rtype(result = "()")]
pub(crate) struct Word {
    last: Option<oneshot::Sender<()>>,
}

/// Takes words.
pub(crate) struct Child {
    life: Life<Uuid>,
}

impl Actor for Child {
    type Context = Context<Self>;

    fn stopping(&mut self, _: &mut Self::Context) -> actix::Running {
        self.life.ends(ExitReason::Finished);
        actix::Running::Stop
    }
}

impl Handler<Word> for Child {
    type Result = ();

    fn handle(&mut self, word: Word, _: &mut Self::Context) {
        self.life.vital().took();
        if let Some(last) = word.last {
            // Whoever waits does so until it is told.
            let _ = last.send(());
        }
    }
}

/// Whom a child reports its end to.
pub(crate) struct Parent;

impl Actor for Parent {
    type Context = Context<Self>;
}

impl Handler<ChildDown<Uuid>> for Parent {
    type Result = ();

    fn handle(&mut self, _: ChildDown<Uuid>, _: &mut Self::Context) {}
}
