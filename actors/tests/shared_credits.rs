//! Several processes with one account: no answer too many, and none refused while a credit is free anywhere.

use std::num::NonZeroU64;
use std::time::Duration;

use futures_util::future::join_all;

use super::{Guest, engine};
use crate::billing::state::period_of;
use crate::kernel::testing::{Condition, TestEngine, World};
use crate::limits::Limits;
use crate::model::{RefusalCode, UsageKind};
use crate::ports::{Clock, Fault, LeaseClaim, Ports, Recall, Tally};

const DOWN: Condition = Condition::Failing(Fault::Transient);

/// How many of so many questions, all at once, are accepted.
async fn accepted(guests: &[Guest], questions_each: usize) -> usize {
    let questions = guests.iter().flat_map(|guest| {
        (0..questions_each).map(move |number| async move { guest.says(&format!("m{number}"), "Me?").await })
    });
    join_all(questions).await.into_iter().filter(Result::is_ok).count()
}

async fn guests(engine: &TestEngine, count: usize) -> Vec<Guest> {
    join_all((0..count).map(|_| Guest::arrives(engine))).await
}

/// Claims all credits in the name of a process that is never heard of again.
async fn are_all_claimed(world: &World, ports: &Ports) -> Tally {
    let mut tally = Tally::default();
    loop {
        let claim = LeaseClaim {
            account: world.account,
            since: period_of(world.clock.now()),
            tally,
            wanted: NonZeroU64::new(1_000),
            recall: Recall::Begin,
            lasts: Limits::default().lease_lasts,
        };
        let grant = ports.ledger.claim(&claim).await.unwrap().unwrap();
        if grant.tally == tally {
            return tally;
        }
        tally = grant.tally;
    }
}

#[actix::test]
async fn two_processes_use_up_a_plan_together_and_not_beyond() {
    let first = engine();
    first.world.limit_answers(Some(100));
    let second = first.world.start(Limits::default());
    let (left, right) = (guests(&first, 10).await, guests(&second, 10).await);
    let (left, right) = tokio::join!(accepted(&left, 10), accepted(&right, 10));
    assert_eq!(left + right, 100);
    assert!(left > 0 && right > 0, "{left} and {right}");
    first.until("all are answered", |first| first.world.store.usage(UsageKind::Answer).len() == 100).await;
    first.drain().await;
    second.drain().await;
}

#[actix::test]
async fn what_one_process_does_not_use_is_given_to_the_other() {
    let first = engine();
    first.world.limit_answers(Some(40));
    let second = first.world.start(Limits::default());
    let one = guests(&first, 1).await;
    assert_eq!(accepted(&one, 1).await, 1);
    assert!(first.engine.lease(first.world.account).unwrap().available > 0);
    // The first one is told to `GiveBack` what it has.
    let other = guests(&second, 50).await;
    assert_eq!(accepted(&other, 1).await, 39);
    first.drain().await;
    second.drain().await;
}

#[actix::test]
async fn the_credits_of_a_process_that_fell_silent_are_free_when_its_lease_ends() {
    let engine = engine();
    engine.world.limit_answers(Some(20));
    let silent = engine.world.ports();
    assert_eq!(are_all_claimed(&engine.world, &silent).await.granted, 20);
    let guests = guests(&engine, 4).await;
    let refusal = guests[0].says("early", "Me?").await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::QuotaExceeded);
    tokio::time::sleep(Limits::default().lease_lasts).await;
    assert_eq!(accepted(&guests, 6).await, 20);
    engine.drain().await;
}

#[actix::test]
async fn a_process_that_can_t_renew_its_lease_uses_none_of_it() {
    let engine = engine();
    engine.world.limit_answers(Some(100));
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    assert!(engine.engine.lease(engine.world.account).unwrap().available > 0);

    engine.world.store.ledger.set(DOWN);
    tokio::time::sleep(Limits::default().lease_lasts).await;
    assert_eq!(engine.engine.lease(engine.world.account).unwrap().available, 0);
    let refusal = guest.says("m2", "Two?").await.unwrap_err();
    assert!(refusal.code.is_temporary(), "{refusal:?}");

    engine.world.store.ledger.set(Condition::Working);
    guest.is_heard("m2", "Two?").await;
    guest.is_answered().await;
    assert_eq!(engine.world.store.usage(UsageKind::Answer).len(), 2);
    engine.drain().await;
}

#[actix::test]
async fn a_lease_is_renewed_as_long_as_its_credits_are_used() {
    let engine = engine();
    engine.world.limit_answers(Some(1_000));
    let mut guest = Guest::arrives(&engine).await;
    for number in 0..10 {
        guest.is_heard(&format!("m{number}"), "Still there?").await;
        guest.is_answered().await;
        tokio::time::sleep(Duration::from_secs(15)).await;
        let lease = engine.engine.lease(engine.world.account).unwrap();
        let held = i64::try_from(lease.available + lease.reserved).unwrap();
        assert!(held > 0, "after answer {number}");
        assert_eq!(engine.world.store.credits_out(engine.world.account), held);
    }
    engine.drain().await;
}

#[actix::test]
async fn credits_go_back_when_nobody_asks_and_when_the_process_ends() {
    let engine = engine();
    engine.world.limit_answers(Some(100));
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    assert!(engine.world.store.credits_out(engine.world.account) > 0);
    engine.until("they went back", |engine| engine.world.store.credits_out(engine.world.account) == 0).await;

    guest.is_heard("m2", "Two?").await;
    guest.is_answered().await;
    assert!(engine.world.store.credits_out(engine.world.account) > 0);
    engine.drain().await;
    assert_eq!(engine.world.store.credits_out(engine.world.account), 0);
}

#[actix::test]
async fn a_claim_whose_reply_is_lost_costs_nothing() {
    let engine = engine();
    engine.world.limit_answers(Some(20));
    let guests = guests(&engine, 2).await;
    engine.world.store.ledger.set(Condition::Mute);
    assert!(guests[0].says("m", "One?").await.unwrap_err().code.is_temporary());
    engine.world.store.ledger.set(Condition::Working);
    assert_eq!(accepted(&guests, 15).await, 20);
    engine.drain().await;
}

#[actix::test]
async fn an_answer_that_may_not_be_stored_is_paid_once_in_the_end() {
    let engine = engine();
    engine.world.limit_answers(Some(2));
    let guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    // The answer is stored, and nobody hears that it was.
    engine.world.store.appends.set(Condition::Mute);
    voice.say("1");
    voice.finish();
    engine
        .until("the answer is stored", |engine| engine.world.store.usage(UsageKind::Answer).len() == 1)
        .await;
    tokio::time::sleep(Limits::default().journal_retry * 2).await;
    engine.world.store.appends.set(Condition::Working);
    let mut guest = Guest::returns(&engine, &guest, crate::chatbot::session::handle::Since::Now).await;
    guest.is_heard("m2", "Two?").await;
    guest.is_answered().await;
    let refusal = guest.says("m3", "Three?").await.unwrap_err();
    assert_eq!(
        (refusal.code, engine.world.store.usage(UsageKind::Answer).len()),
        (RefusalCode::QuotaExceeded, 2)
    );
    engine.drain().await;
}
