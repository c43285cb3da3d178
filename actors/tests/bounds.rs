//! What does not fit is refused at once and honestly; what comes too late or twice changes nothing.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::visitor::message;
use super::{Guest, engine, is_in_generation};
use crate::chatbot::OpenSession;
use crate::chatbot::session::Opening;
use crate::chatbot::session::handle::{Detach, Follow, Since};
use crate::kernel::testing::{Condition, World};
use crate::kernel::{ActorKind, ChildDown, ExitReason, Generation};
use crate::limits::Limits;
use crate::model::{Publication, PublicationData, RefusalCode, Role};

#[actix::test]
async fn a_session_with_too_much_to_do_refuses_what_comes_and_counts_it() {
    let engine = World::new().start(Limits { session_mailbox_len: 4, ..Limits::default() });
    let guest = Guest::arrives(&engine).await;
    // Twenty times `Obey` before the session runs.
    let sends = (0..20).map(|n| guest.session.command(message(&format!("m{n}"), "Me?")));
    let outcomes = join_all(sends).await;
    let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let codes: Vec<_> = refused.map(|refusal| refusal.code).collect();
    assert!(!codes.is_empty() && codes.len() < 20);
    assert!(codes.iter().all(|code| *code == RefusalCode::Overloaded));
    let counted = engine.engine.metrics().kinds.iter().map(|count| count.refusals).sum::<u64>();
    assert_eq!(counted, u64::try_from(codes.len()).unwrap());
    engine.drain().await;
}

#[actix::test]
async fn a_listener_can_leave_a_session_with_too_much_to_do() {
    let limits = Limits { session_mailbox_len: 1, session_listeners_max: 1, ..Limits::default() };
    let engine = World::new().start(limits);
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    let mut sends =
        join_all((0..8).map(|n| guest.session.command(message(&format!("m{n}"), "Me?")))).boxed_local();
    assert!((&mut sends).now_or_never().is_none());
    guest.session.mailbox().entrust(Detach { listener: guest.welcome.listener });
    sends.await;
    assert!(guest.session.listen().await.is_ok(), "its place is free for another `Attach`");
    engine.drain().await;
}

#[actix::test]
async fn a_chatbot_that_is_full_opens_no_more_sessions() {
    let engine = World::new().start(Limits { chatbot_sessions_max: 1, ..Limits::default() });
    let guest = Guest::arrives(&engine).await;
    let chatbot = engine.engine.chatbot(engine.world.chatbot).await.unwrap();
    let (asker, opened) = tokio::sync::oneshot::channel();
    let opening = Opening::New(Box::new(engine.world.meta(engine.world.chatbot)));
    let arbiter = actix_rt::Arbiter::current();
    chatbot.tell(OpenSession { opening, arbiter, asker }).unwrap();
    assert_eq!(opened.await.unwrap().unwrap_err().code, RefusalCode::Overloaded);
    assert!(chatbot.session(Opening::Known(guest.id())).await.is_ok(), "who is in stays in");
    engine.drain().await;
}

#[actix::test]
async fn a_journal_that_is_full_keeps_its_promise_to_say_so() {
    let engine = World::new().start(Limits { journal_queue_len: 2, ..Limits::default() });
    let mut guests = Vec::new();
    for _ in 0..6 {
        guests.push(Guest::arrives(&engine).await);
    }
    engine.world.store.appends.set(Condition::Hanging);
    // Each is an `Append`; what finds no room is refused and not forgotten.
    let mut sends = join_all(guests.iter().map(|guest| guest.says("m1", "Me?"))).boxed_local();
    assert!((&mut sends).now_or_never().is_none());
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Working);
    let outcomes = sends.await;
    for (guest, outcome) in guests.iter().zip(&outcomes) {
        let stored = engine.world.store.events(guest.id()).iter().any(|event| event.seq.0 == 1);
        assert_eq!(
            outcome.is_ok(),
            stored,
            "what was acknowledged is stored, what was refused is not: {outcome:?}"
        );
    }
    assert!(outcomes.iter().any(Result::is_ok) && outcomes.iter().any(Result::is_err));
    engine.drain().await;
}

#[actix::test]
async fn the_end_of_another_life_is_nothing_to_a_parent() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    let chatbot = engine.engine.chatbot(engine.world.chatbot).await.unwrap();
    let notice = ChildDown { key: guest.id(), generation: Generation(7), reason: ExitReason::Panicked };
    chatbot.tell(notice).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(is_in_generation(&engine, ActorKind::Session, 0));
    guest.is_heard("m1", "Still there?").await;
    engine.drain().await;
}

#[actix::test]
async fn what_a_chatbot_announces_reaches_all_who_listen_to_a_session() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let mut other = Guest::returns(&engine, &guest, Since::Now).await;
    let data = PublicationData::Typing { role: Role::Agent, active: true };
    let publication = Arc::new(Publication::ephemeral(data));
    guest.session.mailbox().entrust(Follow { publication });
    let typing = |data: &PublicationData| matches!(data, PublicationData::Typing { .. }).then_some(());
    guest.hears(typing).await;
    other.hears(typing).await;
    engine.drain().await;
}
