//! A message from one actor to another.
//!
//! A turn crosses a few mailboxes, all of them on one thread. What that saves is the difference between asking an actor of
//! the same thread and one of another, which must be woken first. What is told without waiting, as by a crowd, costs less:
//! that is the measurement of a thousand.

mod settings;

use std::sync::Arc;

use actix::{Actor, Context, Handler, Message, SystemRunner};
use aihio_actors::kernel::{
    ActorKey, ActorKind, Birth, Census, ChildDown, ExitReason, Generation, Life, Mailbox, start_here,
    start_on,
};
use criterion::Throughput;
use criterion::async_executor::AsyncExecutor;
use tokio::sync::oneshot;
use uuid::Uuid;

/// Messages told at once.
const BATCH: u16 = 1_000;
/// Room for more than those.
const MAILBOX_LEN: usize = 1_024;

fn main() {
    let mut criterion = settings::criterion();
    let system = actix::System::new();
    let thread = Thread(&system);
    let other = actix::Arbiter::new();
    let parent = thread.block_on(async { Parent.start() });
    let near = thread.block_on(async { child(&parent, |child| start_here(child, MAILBOX_LEN)) });
    let far = child(&parent, |child| start_on(&other.handle(), child, MAILBOX_LEN));

    let mut group = criterion.benchmark_group("mailbox");
    for (name, mailbox) in [("ask, same thread", &near), ("ask, other thread", &far)] {
        group.bench_function(name, |bencher| bencher.to_async(thread).iter(|| tell_all(mailbox, 1)));
    }
    group.throughput(Throughput::Elements(BATCH.into()));
    group.bench_function("tell 1000, same thread", |bencher| {
        bencher.to_async(thread).iter(|| tell_all(&near, BATCH));
    });
    group.finish();
    criterion.final_summary();
}

/// Puts so many messages into the mailbox and waits until the last one was taken.
async fn tell_all(mailbox: &Mailbox<Child>, count: u16) {
    for _ in 1..count {
        assert_eq!(mailbox.tell(Word { last: None }), Ok(()), "the mailbox has room");
    }
    let (sender, taken) = oneshot::channel();
    assert_eq!(mailbox.tell(Word { last: Some(sender) }), Ok(()), "the mailbox has room");
    assert!(taken.await.is_ok(), "the actor lives");
}

fn child(parent: &actix::Addr<Parent>, start: impl FnOnce(Child) -> actix::Addr<Child>) -> Mailbox<Child> {
    let (id, census) = (Uuid::from_u128(1), Census::default());
    let actor = ActorKey { kind: ActorKind::Session, id };
    let (generation, notify) = (Generation(0), parent.clone().recipient());
    let life =
        Life::begin(Birth { key: id, actor, parent: None, generation, notify, census: census.clone() });
    let vital = Arc::clone(life.vital());
    Mailbox::new(start(Child { life }), ActorKind::Session, vital, census)
}

/// A thread that serves actors.
#[derive(Clone, Copy)]
struct Thread<'a>(&'a SystemRunner);

impl AsyncExecutor for Thread<'_> {
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.0.block_on(future)
    }
}

/// What an ordinary actor is told.
#[derive(Message)]
#[rtype(result = "()")]
struct Word {
    last: Option<oneshot::Sender<()>>,
}

struct Child {
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

struct Parent;

impl Actor for Parent {
    type Context = Context<Self>;
}

impl Handler<ChildDown<Uuid>> for Parent {
    type Result = ();

    fn handle(&mut self, _: ChildDown<Uuid>, _: &mut Self::Context) {}
}
