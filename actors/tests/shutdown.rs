//! Ending in order: what runs may finish, what is known is written down, everybody is told, nobody is left.

use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::visitor::{End, message};
use super::{Guest, TestEngine, engine};
use crate::chatbot;
use crate::chatbot::session::CloseReason;
use crate::chatbot::session::handle::{Drain, Since};
use crate::journal::{Flush, Whose};
use crate::kernel::ActorKind;
use crate::kernel::testing::{Condition, Sabotage};
use crate::limits::Limits;
use crate::model::{RefusalCode, Seq};
use crate::ports::{Fault, SnapshotKey};

#[actix::test]
async fn a_running_answer_finishes_before_its_listeners_are_sent_away() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    voice.say("Slowly ");
    let finish = async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        voice.say("but surely.");
        voice.finish();
    };
    tokio::join!(engine.drain(), finish);
    assert_eq!(guest.is_answered().await, "Slowly but surely.");
    assert_eq!(guest.is_sent_away().await, End::Closed(CloseReason::Shutdown));
    let key = SnapshotKey { kind: "session", id: guest.id().as_uuid() };
    assert_eq!(engine.world.store.snapshot(key).map(|snapshot| snapshot.seq), Some(2));
}

#[actix::test]
async fn an_answer_that_stalls_does_not_hold_up_the_end_and_is_given_in_the_next_process() {
    let first = engine();
    let mut guest = Guest::arrives(&first).await;
    let stalled = first.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    stalled.say("Hm ");
    let began = Instant::now();
    first.drain().await;
    assert!(began.elapsed() <= Duration::from_secs(20));
    assert_eq!(guest.is_sent_away().await, End::Closed(CloseReason::Shutdown));

    let second = first.world.start(Limits::default());
    let mut guest = Guest::returns(&second, &guest, Since::Now).await;
    assert_eq!(guest.is_answered().await, "One?");
    second.drain().await;
}

#[actix::test]
async fn a_store_that_hangs_does_not_hold_up_the_end_and_nothing_false_was_acknowledged() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Hanging);
    let mut asked = Box::pin(guest.says("m1", "One?"));
    assert!((&mut asked).now_or_never().is_none());
    let began = Instant::now();
    engine.drain().await;
    assert!(began.elapsed() <= Duration::from_secs(20));
    assert!(asked.await.unwrap_err().code.is_temporary());
    assert!(engine.world.store.events(guest.id()).is_empty());
}

#[actix::test]
async fn who_comes_while_it_ends_is_asked_to_come_again() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    let come = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let chatbot = engine.engine.chatbot(engine.world.chatbot).await.unwrap();
        let opening = chatbot::session::Opening::New(Box::new(engine.world.meta(engine.world.chatbot)));
        let refusals = [
            chatbot.session(opening).await.err().unwrap(),
            guest.session.command(message("m2", "Two?")).await.unwrap_err(),
            engine
                .engine
                .chatbot(crate::model::ChatbotId::from_uuid(uuid::Uuid::from_u128(3)))
                .await
                .err()
                .unwrap(),
        ];
        voice.finish();
        refusals
    };
    let (refusals, ()) = tokio::join!(come, engine.drain());
    assert!(refusals.iter().all(|refusal| refusal.code == RefusalCode::Overloaded), "{refusals:?}");
}

/// When each guest is sent away, in milliseconds from the drain's begin, in order.
async fn ends(engine: &TestEngine, guests: &mut [Guest]) -> Vec<u128> {
    let began = Instant::now();
    let leaving = guests.iter_mut().map(|guest| async move {
        guest.is_sent_away().await;
        began.elapsed().as_millis()
    });
    let (mut ends, ()) = tokio::join!(futures_util::future::join_all(leaving), engine.drain());
    ends.sort_unstable();
    ends
}

/// Nobody waits for nothing at the begin, and nobody leaves together with the others.
fn assert_spread(ends: &[u128], last: std::ops::RangeInclusive<u128>) {
    let middle = ends[ends.len() / 2];
    assert!(ends[0] <= 30 && last.contains(&ends[ends.len() - 1]), "{ends:?}");
    assert!((last.start() / 3..=last.end() * 2 / 3).contains(&middle), "{ends:?}");
}

#[actix::test]
async fn many_sockets_are_closed_spread_out() {
    let engine = engine();
    let mut guests = Vec::new();
    for _ in 0..100 {
        guests.push(Guest::arrives(&engine).await);
    }
    assert_spread(&ends(&engine, &mut guests).await, 950..=1_050);
}

#[actix::test]
async fn sockets_of_many_chatbots_are_closed_spread_out_too() {
    let engine = engine();
    let mut guests = Vec::new();
    for number in 10..60 {
        let chatbot = crate::model::ChatbotId::from_uuid(uuid::Uuid::from_u128(number));
        engine.world.configure(chatbot, 1, |_| {});
        guests.push(Guest::arrives_at(&engine, chatbot).await);
    }
    assert_spread(&ends(&engine, &mut guests).await, 450..=550);
}

#[actix::test]
async fn sessions_whose_chatbot_is_isolated_are_ended_in_order_too() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    for _ in 0..6 {
        while engine.engine.chatbot(engine.world.chatbot).await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let chatbot = engine.engine.chatbot(engine.world.chatbot).await.unwrap();
        chatbot.tell(Sabotage).unwrap();
        engine.until("it breaks", |engine| engine.living(ActorKind::Chatbot).is_empty()).await;
    }
    engine.drain().await;
    assert_eq!(guest.is_sent_away().await, End::Closed(CloseReason::Shutdown));
    let key = SnapshotKey { kind: "session", id: guest.id().as_uuid() };
    assert_eq!(engine.world.store.snapshot(key).map(|snapshot| snapshot.seq), Some(2));
}

#[actix::test]
async fn a_chatbot_that_was_deleted_ends_with_its_conversations() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    engine.world.store.delete_chatbot(engine.world.chatbot);
    // The chatbot is told to `Reload`, and its sessions to `Drain`.
    engine.engine.chatbot_changed(engine.world.chatbot);
    assert_eq!(guest.is_sent_away().await, End::Closed(CloseReason::Removed));
    engine.until("it ends", |engine| engine.living(ActorKind::Chatbot).is_empty()).await;
    assert!(engine.engine.chatbot(engine.world.chatbot).await.is_err());
    engine.drain().await;
}

#[actix::test]
async fn a_session_drained_alone_leaves_its_siblings_alone() {
    let engine = engine();
    let (mut guest, sibling) = (Guest::arrives(&engine).await, Guest::arrives(&engine).await);
    let drain =
        Drain { grace: Duration::ZERO, close_after: Duration::ZERO, reason: CloseReason::InsufficientState };
    guest.session.mailbox().entrust(drain);
    assert_eq!(guest.is_sent_away().await, End::Closed(CloseReason::InsufficientState));
    sibling.is_heard("m1", "One?").await;
    engine.drain().await;
}

#[actix::test]
async fn a_journal_says_when_all_it_holds_is_written() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Slow(Duration::from_secs(1)));
    let mut asked = Box::pin(guest.says("m1", "One?"));
    assert!((&mut asked).now_or_never().is_none());
    engine.catch_up().await;
    let (done, flushed) = tokio::sync::oneshot::channel();
    engine.engine.journals()[0].entrust(Flush { of: Whose::All, done });
    flushed.await.unwrap();
    assert_eq!(engine.world.store.events(guest.id())[0].seq, Seq(1));
    asked.await.unwrap();
    engine.drain().await;
}

#[actix::test]
async fn an_engine_that_never_did_anything_ends_at_once() {
    let engine = engine();
    engine.world.store.jobs.set(Condition::Failing(Fault::Transient));
    engine.catch_up().await;
    let began = Instant::now();
    engine.drain().await;
    assert!(began.elapsed() < Duration::from_secs(1));
}
