//! What breaks comes back, alone, with all that was promised; what breaks again and again rests.

use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use super::visitor::{End, message};
use super::{Guest, engine, is_in_generation, the_only};
use crate::chatbot::session::handle::{Recovered, Since};
use crate::chatbot::session::{Duplicate, Opening, Reply};
use crate::kernel::testing::{Condition, Sabotage, TestEngine};
use crate::kernel::{ActorKind, VitalState};
use crate::limits::Limits;
use crate::model::{ChatbotId, RefusalCode, Seq, UsageKind};

fn break_session(guest: &Guest) {
    guest.session.mailbox().entrust(Sabotage);
}

async fn break_chatbot(engine: &TestEngine, id: ChatbotId) {
    let chatbot = engine.engine.chatbot(id).await.unwrap();
    chatbot.tell(Sabotage).unwrap();
    let panics = panics(engine, ActorKind::Chatbot);
    engine.until("the chatbot breaks", |engine| self::panics(engine, ActorKind::Chatbot) > panics).await;
}

fn panics(engine: &TestEngine, kind: ActorKind) -> u64 {
    engine.engine.metrics().kinds.iter().find(|count| count.kind == kind).map_or(0, |count| count.panics)
}

#[actix::test]
async fn a_session_that_panics_comes_back_with_all_it_acknowledged_and_its_siblings_are_unharmed() {
    let engine = engine();
    let (mut guest, mut sibling) = (Guest::arrives(&engine).await, Guest::arrives(&engine).await);
    let first = guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    break_session(&guest);
    assert_eq!(guest.is_sent_away().await, End::Interrupted);

    let since = Since::Position(guest.epoch.clone(), Seq(2));
    let mut guest = Guest::returns(&engine, &guest, since).await;
    assert_eq!((guest.welcome.recovered, guest.welcome.offset), (Recovered::Yes, Seq(2)));
    let again = guest.says("m1", "One?").await.unwrap();
    let (seq, message_id) = first;
    assert_eq!(again, Reply::Sent { seq, message_id, duplicate: Duplicate::Yes });
    assert_eq!(guest.is_heard("m2", "Two?").await.0, Seq(3));
    assert_eq!(guest.is_answered().await, "Two?");

    let mut generations: Vec<u32> =
        engine.living(ActorKind::Session).iter().map(|session| session.generation).collect();
    generations.sort_unstable();
    assert_eq!(generations, [0, 1]);
    sibling.is_heard("m1", "Still there?").await;
    assert_eq!(sibling.is_answered().await, "Still there?");
    engine.drain().await;
}

#[actix::test]
async fn a_session_that_panics_in_a_task_of_its_own_comes_back_too() {
    let engine = crate::kernel::testing::World::new()
        .start(Limits { session_snapshot_events: 2, ..Limits::default() });
    let mut guest = Guest::arrives(&engine).await;
    engine.world.store.snapshots.set(Condition::Panicking);
    guest.is_heard("m1", "One?").await;
    assert_eq!(guest.is_sent_away().await, End::Interrupted);
    engine.world.store.snapshots.set(Condition::Working);
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.welcome.offset, Seq(2));
    assert!(engine.living(ActorKind::Session)[0].generation >= 1);
    engine.drain().await;
}

#[actix::test]
async fn a_model_that_panics_costs_one_answer_and_nobody_his_life() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_panics();
    guest.is_heard("m1", "One?").await;
    guest.is_told_by_the_system().await;
    guest.is_heard("m2", "Two?").await;
    assert_eq!(guest.is_answered().await, "Two?");
    assert!(is_in_generation(&engine, ActorKind::Session, 0));
    engine.drain().await;
}

#[actix::test]
async fn what_a_session_had_under_way_when_it_panicked_is_part_of_its_next_life() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Slow(Duration::from_secs(1)));
    let mut asked = Box::pin(guest.says("m1", "One?"));
    assert!((&mut asked).now_or_never().is_none());
    engine.catch_up().await;
    break_session(&guest);
    assert!(asked.await.unwrap_err().code.is_temporary());

    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.welcome.offset, Seq(1), "it was stored meanwhile");
    let again = guest.says("m1", "One?").await.unwrap();
    assert!(matches!(again, Reply::Sent { seq: Seq(1), duplicate: Duplicate::Yes, .. }));
    let id = guest.id();
    engine.until("the answer is stored", |engine| engine.world.store.events(id).len() == 2).await;
    assert!(is_in_generation(&engine, ActorKind::Session, 1));
    engine.drain().await;
}

#[actix::test]
async fn a_question_whose_session_panicked_is_answered_in_the_next_life() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let stalled = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    stalled.say("Hm, ");
    guest.hears_a_piece().await;
    break_session(&guest);
    guest.is_sent_away().await;
    let id = guest.id();
    engine.until("the answer is stored", |engine| engine.world.store.events(id).len() == 2).await;
    assert_eq!(engine.world.store.usage(UsageKind::Answer).len(), 1);
    engine.drain().await;
}

#[actix::test]
async fn a_chatbot_that_panics_is_restarted_and_its_sessions_live_on_under_it() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    break_chatbot(&engine, engine.world.chatbot).await;
    guest.is_heard("m1", "Still there?").await;
    assert_eq!(guest.is_answered().await, "Still there?");
    engine.until("it is restarted", |engine| is_in_generation(engine, ActorKind::Chatbot, 1)).await;
    assert!(is_in_generation(&engine, ActorKind::Session, 0));
    // Adopted: a session that breaks now is brought back by the chatbot's new life.
    engine.catch_up().await;
    break_session(&guest);
    guest.is_sent_away().await;
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.welcome.offset, Seq(2));
    engine.drain().await;
}

#[actix::test]
async fn a_session_in_a_later_life_is_adopted_as_such_and_can_end_and_come_back() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    break_session(&guest);
    guest.is_sent_away().await;
    let mut guest = Guest::returns(&engine, &guest, Since::Now).await;
    break_chatbot(&engine, engine.world.chatbot).await;
    engine.until("it is restarted", |engine| is_in_generation(engine, ActorKind::Chatbot, 1)).await;
    engine.catch_up().await;
    assert_eq!(the_only(&engine, ActorKind::Session).generation, 1);
    break_session(&guest);
    guest.is_sent_away().await;
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!((guest.welcome.offset, the_only(&engine, ActorKind::Session).generation), (Seq(2), 2));
    engine.drain().await;
}

#[actix::test]
async fn a_chatbot_whose_restart_finds_the_store_down_is_restarted_when_it_is_up() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.world.store.catalog.set(Condition::Failing(crate::ports::Fault::Transient));
    break_chatbot(&engine, engine.world.chatbot).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let refusal = engine.engine.chatbot(engine.world.chatbot).await.err().unwrap();
    assert_eq!(refusal.code, RefusalCode::ChatbotNotReady);
    engine.world.store.catalog.set(Condition::Working);
    engine.until("it is restarted", |engine| is_in_generation(engine, ActorKind::Chatbot, 1)).await;
    guest.is_heard("m1", "One?").await;
    engine.drain().await;
}

#[actix::test]
async fn the_sixth_panic_within_the_window_isolates_that_chatbot_alone_until_the_window_is_over() {
    let engine = engine();
    let other = ChatbotId::from_uuid(uuid::Uuid::from_u128(3));
    engine.world.configure(other, 1, |_| {});
    let healthy = Guest::arrives_at(&engine, other).await;
    let sick = engine.world.chatbot;
    let mut returns = Vec::new();
    for _ in 0..6 {
        while engine.engine.chatbot(sick).await.is_err() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let broken = Instant::now();
        break_chatbot(&engine, sick).await;
        returns.push(broken);
    }
    let isolated = Instant::now();
    let refusal = engine.engine.chatbot(sick).await.err().unwrap();
    assert_eq!(refusal.code, RefusalCode::ChatbotNotReady);
    assert!(refusal.code.is_temporary() && refusal.retry_after.is_some());
    healthy.is_heard("m1", "And you?").await;
    let gaps: Vec<Duration> = returns.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.is_sorted(), "the delays grow: {gaps:?}");

    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(engine.engine.chatbot(sick).await.is_err(), "it still rests");
    while engine.engine.chatbot(sick).await.is_err() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(isolated.elapsed() >= Duration::from_secs(29));
    let guest = Guest::arrives_at(&engine, sick).await;
    guest.is_heard("m1", "Well again?").await;
    engine.drain().await;
}

#[actix::test]
async fn the_sixth_panic_of_a_session_isolates_that_session_alone() {
    let engine = engine();
    let (mut guest, sibling) = (Guest::arrives(&engine).await, Guest::arrives(&engine).await);
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    for _ in 0..5 {
        break_session(&guest);
        guest.is_sent_away().await;
        guest = Guest::returns(&engine, &guest, Since::Now).await;
    }
    break_session(&guest);
    guest.is_sent_away().await;
    engine.catch_up().await;
    let chatbot = engine.engine.chatbot(engine.world.chatbot).await.unwrap();
    let refusal = chatbot.session(Opening::Known(guest.id())).await.err().unwrap();
    assert_eq!(refusal.code, RefusalCode::ChatbotNotReady);
    sibling.is_heard("m1", "And you?").await;
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.welcome.offset, Seq(2));
    engine.drain().await;
}

#[actix::test]
async fn commands_that_wait_at_an_actor_that_dies_are_refused_for_now_and_never_in_silence() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    break_session(&guest);
    let waiting = (0..10).map(|n| guest.session.command(message(&format!("m{n}"), "Hm?")));
    // All are in the mailbox, behind the one that breaks it, before the actor runs.
    let outcomes = futures_util::future::join_all(waiting).await;
    assert_eq!(outcomes.len(), 10);
    for outcome in outcomes {
        assert!(outcome.unwrap_err().code.is_temporary());
    }
    engine.drain().await;
}

#[actix::test]
async fn a_journal_that_panics_is_restarted_and_what_it_held_is_refused_and_can_be_sent_again() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    engine.world.store.appends.set(Condition::Panicking);
    let refusal = guest.says("m2", "Two?").await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Overloaded);
    engine.world.store.appends.set(Condition::Working);
    engine.until("it is restarted", |engine| is_in_generation(engine, ActorKind::Journal, 1)).await;
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.is_heard("m2", "Two?").await.0, Seq(3));
    engine.drain().await;
}

#[actix::test]
async fn an_account_that_panics_is_restarted_and_no_credit_is_lost_or_found() {
    let engine = engine();
    engine.world.limit_answers(Some(3));
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    let held = engine.world.model.next_on_command();
    guest.is_heard("m2", "Two?").await;
    engine.world.store.ledger.set(Condition::Panicking);
    engine.engine.plan_changed(engine.world.account);
    engine.until("it breaks", |engine| panics(engine, ActorKind::Billing) == 1).await;
    engine.world.store.ledger.set(Condition::Working);
    engine.until("it is restarted", |engine| is_in_generation(engine, ActorKind::Billing, 1)).await;
    guest.is_heard("m3", "Three?").await;
    held.say("2");
    held.finish();
    assert_eq!((guest.is_answered().await, guest.is_answered().await), ("2".into(), "Three?".into()));
    assert_eq!(guest.says("m4", "Four?").await.unwrap_err().code, RefusalCode::QuotaExceeded);
    engine.drain().await;
}

#[actix::test]
async fn an_account_that_fails_again_and_again_rests_and_then_works_again() {
    let engine = engine();
    engine.world.limit_answers(Some(2));
    let guest = Guest::arrives(&engine).await;
    for nth in 1..=6 {
        engine.world.store.ledger.set(Condition::Panicking);
        engine.engine.plan_changed(engine.world.account);
        engine.until("it breaks", |engine| panics(engine, ActorKind::Billing) == nth).await;
        engine.world.store.ledger.set(Condition::Working);
        if nth < 6 {
            engine.until("it is back", |engine| !engine.living(ActorKind::Billing).is_empty()).await;
        }
    }
    assert_eq!(guest.says("m1", "One?").await.unwrap_err().code, RefusalCode::Overloaded);
    engine.until("it is back", |engine| !engine.living(ActorKind::Billing).is_empty()).await;
    guest.is_heard("m1", "One?").await;
    engine.drain().await;
}

#[actix::test]
async fn the_schedule_is_restarted_for_ever_even_when_it_fails_again_and_again() {
    let engine = engine();
    engine.world.store.snapshots.set(Condition::Panicking);
    engine.until("it is given up", |engine| panics(engine, ActorKind::Schedule) >= 6).await;
    engine.world.store.snapshots.set(Condition::Working);
    let before = engine.world.store.roll_ups();
    engine.until("usage is summed up", |engine| engine.world.store.roll_ups() > before).await;
    assert!(the_only(&engine, ActorKind::Schedule).restarts > 0);
    engine.drain().await;
}

#[actix::test]
async fn the_tree_shows_who_lives_below_whom_in_which_life() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    let tree = engine.engine.tree().unwrap();
    assert_eq!((tree.kind, tree.state), (ActorKind::Supervisor, VitalState::Running));
    let chatbot = tree.children.iter().find(|child| child.kind == ActorKind::Chatbot).unwrap();
    let [session] = &chatbot.children[..] else { panic!("it has one session") };
    assert_eq!((session.id, session.generation, session.restarts), (guest.id().as_uuid(), 0, 0));
    break_session(&guest);
    Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!((the_only(&engine, ActorKind::Session).restarts, panics(&engine, ActorKind::Session)), (1, 1));
    engine.drain().await;
}
