//! No answer too many, and none refused while one is free.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::{Guest, engine};
use crate::chatbot::session::Reply;
use crate::chatbot::session::handle::Since;
use crate::kernel::ActorKind;
use crate::kernel::testing::{Condition, TestEngine};
use crate::limits::Limits;
use crate::model::{Refusal, RefusalCode, UsageKind};

fn code(outcome: Result<impl Sized, Refusal>) -> Option<RefusalCode> {
    outcome.err().map(|refusal| refusal.code)
}

fn settled(engine: &TestEngine) -> u64 {
    engine.engine.lease(engine.world.account).unwrap().settled
}

#[actix::test]
async fn of_two_hundred_who_want_the_last_credit_at_once_exactly_one_gets_it() {
    let engine = engine();
    engine.world.limit_answers(Some(1));
    let guests = join_all((0..50).map(|_| Guest::arrives(&engine))).await;
    let sends = guests
        .iter()
        .flat_map(|guest| (0..4).map(move |n| async move { guest.says(&format!("m{n}"), "Me?").await }));
    let codes: Vec<_> = join_all(sends).await.into_iter().map(code).collect();
    let accepted = codes.iter().filter(|code| code.is_none()).count();
    let refused = codes.iter().filter(|code| **code == Some(RefusalCode::QuotaExceeded)).count();
    assert_eq!((accepted, refused), (1, 199));
    engine.until("it is answered", |engine| settled(engine) == 1).await;
    assert_eq!(engine.world.store.usage(UsageKind::Answer).len(), 1);
    engine.drain().await;
}

#[actix::test]
async fn a_whole_month_is_used_up_to_the_last_answer_and_not_beyond() {
    let engine = engine();
    engine.world.limit_answers(Some(100));
    let guests = join_all((0..10).map(|_| Guest::arrives(&engine))).await;
    let sends = guests
        .iter()
        .flat_map(|guest| (0..15).map(move |n| async move { guest.says(&format!("m{n}"), "Me?").await }));
    let accepted = join_all(sends).await.into_iter().filter(Result::is_ok).count();
    engine.until("all are answered", |engine| settled(engine) == 100).await;
    assert_eq!((accepted, engine.world.store.usage(UsageKind::Answer).len()), (100, 100));
    engine.drain().await;
}

#[actix::test]
async fn a_credit_that_was_given_back_can_be_used() {
    let engine = engine();
    engine.world.limit_answers(Some(1));
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_fails();
    guest.is_heard("m1", "One?").await;
    guest.is_told_by_the_system().await;
    guest.is_heard("m2", "Two?").await;
    guest.is_answered().await;
    let refusal = guest.says("m3", "Three?").await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::QuotaExceeded);
    assert!(refusal.message.contains("2026-02-01"), "it says when: {refusal}");
    engine.drain().await;
}

#[actix::test]
async fn a_new_month_renews_the_answers() {
    let engine = engine();
    engine.world.limit_answers(Some(1));
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    assert_eq!(code(guest.says("m2", "Two?").await), Some(RefusalCode::QuotaExceeded));
    engine.world.clock.leap(TimeDelta::days(20));
    tokio::time::sleep(std::time::Duration::from_secs(31)).await;
    guest.is_heard("m2", "Two?").await;
    guest.is_answered().await;
    assert_eq!(code(guest.says("m3", "Three?").await), Some(RefusalCode::QuotaExceeded));
    engine.drain().await;
}

#[actix::test]
async fn a_larger_plan_holds_at_once() {
    let engine = engine();
    engine.world.limit_answers(Some(1));
    let guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    assert_eq!(code(guest.says("m2", "Two?").await), Some(RefusalCode::QuotaExceeded));
    engine.world.limit_answers(None);
    // The account is told to `Renew`.
    engine.engine.plan_changed(engine.world.account);
    engine.catch_up().await;
    guest.is_heard("m2", "Two?").await;
    engine.drain().await;
}

#[actix::test]
async fn an_answer_that_is_settled_while_the_ledger_is_read_is_counted() {
    let engine = engine();
    engine.world.limit_answers(Some(2));
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m2", "Two?").await;
    engine.world.store.ledger.set(Condition::Hanging);
    engine.engine.plan_changed(engine.world.account);
    engine.catch_up().await;
    voice.say("2");
    voice.finish();
    guest.is_answered().await;
    engine.world.store.ledger.set(Condition::Working);
    engine.catch_up().await;
    assert_eq!(code(guest.says("m3", "Three?").await), Some(RefusalCode::QuotaExceeded));
    engine.drain().await;
}

#[actix::test]
async fn an_account_lends_nothing_more_while_its_lease_holds_something() {
    let engine = engine();
    engine.world.limit_answers(Some(8));
    let guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    let lent = engine.engine.lease(engine.world.account).unwrap().available;
    let account = engine.engine.account(engine.world.account).unwrap();
    // Three who found it empty at once send a `Refill` each.
    assert!(join_all((0..3).map(|_| account.refill())).await.iter().all(Result::is_ok));
    assert_eq!(account.lease().count().available, lent);
    engine.drain().await;
}

#[actix::test]
async fn what_a_person_or_nobody_answers_costs_nothing() {
    let engine = engine();
    engine.world.limit_answers(Some(0));
    let guest = Guest::arrives(&engine).await;
    assert_eq!(code(guest.says("m1", "One?").await), Some(RefusalCode::QuotaExceeded));
    let agent = super::visitor::agent("Grace");
    guest.commands(crate::chatbot::session::Command::TakeOver { agent }).await.unwrap();
    guest.is_heard("m1", "One?").await;
    engine.drain().await;
}

#[actix::test]
async fn what_is_said_while_a_credit_is_fetched_keeps_its_order_when_a_person_takes_over() {
    let engine = engine();
    engine.world.limit_answers(Some(5));
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.ledger.set(Condition::Slow(Duration::from_secs(1)));
    let mut first = Box::pin(guest.says("m1", "One?"));
    assert!((&mut first).now_or_never().is_none());
    let agent = super::visitor::agent("Grace");
    guest.commands(crate::chatbot::session::Command::TakeOver { agent }).await.unwrap();
    let (first, second) = futures_util::join!(first, guest.says("m2", "Two?"));
    let place = |reply| match reply {
        Ok(Reply::Sent { seq, .. }) => seq,
        other => panic!("not accepted: {other:?}"),
    };
    assert!(place(first) < place(second));
    engine.drain().await;
}

#[actix::test]
async fn a_question_left_by_an_earlier_process_gets_its_credit_or_is_closed_with_the_reason() {
    let first = engine();
    first.world.limit_answers(Some(1));
    let _stalled = first.world.model.next_on_command();
    let guest = Guest::arrives(&first).await;
    guest.is_heard("m1", "One?").await;
    first.drain().await;

    let second = first.world.start(Limits::default());
    let mut guest = Guest::returns(&second, &guest, Since::Now).await;
    assert_eq!(guest.is_answered().await, "One?");
    let _stalled = second.world.model.next_on_command();
    second.world.limit_answers(Some(2));
    second.engine.plan_changed(second.world.account);
    second.catch_up().await;
    guest.is_heard("m2", "Two?").await;
    second.drain().await;

    second.world.limit_answers(Some(1));
    let third = second.world.start(Limits::default());
    let mut guest = Guest::returns(&third, &guest, Since::Now).await;
    assert!(guest.is_told_by_the_system().await.contains("are used up"));
    assert!(!third.living(ActorKind::Session).is_empty());
    third.drain().await;
}
