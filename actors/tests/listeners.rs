//! Coming back to a conversation, and not keeping up with it.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::visitor::{End, message};
use super::{Guest, engine};
use crate::chatbot::session::handle::{Recovered, Since};
use crate::chatbot::session::{Delivery, Item, Outlet, Responder};
use crate::kernel::testing::{Condition, TestEngine, World};
use crate::limits::Limits;
use crate::model::{Epoch, PublicationData, RefusalCode, Seq};
use crate::ports::Fault;

/// A conversation of that many turns: two positions each.
async fn conversation(engine: &TestEngine, turns: u64) -> Guest {
    let mut guest = Guest::arrives(engine).await;
    for turn in 0..turns {
        guest.is_heard(&format!("m{turn}"), &format!("Question {turn}?")).await;
        guest.is_answered().await;
    }
    guest
}

fn offsets(guest: &Guest) -> Vec<u64> {
    guest.welcome.missed.iter().filter_map(|publication| publication.offset).map(|seq| seq.0).collect()
}

async fn returns_from(engine: &TestEngine, guest: &Guest, seq: u64) -> Guest {
    Guest::returns(engine, guest, Since::Position(guest.epoch.clone(), Seq(seq))).await
}

#[actix::test]
async fn a_gap_is_filled_from_what_is_at_hand() {
    let engine = engine();
    let guest = conversation(&engine, 3).await;
    let back = returns_from(&engine, &guest, 2).await;
    assert_eq!((back.welcome.recovered, offsets(&back)), (Recovered::Yes, vec![3, 4, 5, 6]));
    let up_to_date = returns_from(&engine, &guest, 6).await;
    assert_eq!((up_to_date.welcome.recovered, offsets(&up_to_date)), (Recovered::Yes, vec![]));
    engine.drain().await;
}

#[actix::test]
async fn a_larger_gap_is_filled_from_the_store() {
    let engine = World::new().start(Limits { session_ring_len: 2, ..Limits::default() });
    let guest = conversation(&engine, 5).await;
    let back = returns_from(&engine, &guest, 1).await;
    assert_eq!((back.welcome.recovered, offsets(&back)), (Recovered::Yes, (2..=10).collect::<Vec<_>>()));
    engine.drain().await;
}

#[actix::test]
async fn a_gap_that_is_too_large_is_admitted_and_not_filled_in_part() {
    let engine =
        World::new().start(Limits { session_ring_len: 2, session_recovery_max: 3, ..Limits::default() });
    let guest = conversation(&engine, 5).await;
    let back = returns_from(&engine, &guest, 1).await;
    assert_eq!((back.welcome.recovered, offsets(&back)), (Recovered::No, vec![]));
    assert_eq!(back.welcome.offset, Seq(10));
    engine.drain().await;
}

#[actix::test]
async fn a_gap_that_the_store_can_not_fill_now_is_admitted() {
    let engine = World::new().start(Limits { session_ring_len: 2, ..Limits::default() });
    let guest = conversation(&engine, 5).await;
    engine
        .world
        .store
        .histories
        .set(crate::kernel::testing::Condition::Failing(crate::ports::Fault::Transient));
    let back = returns_from(&engine, &guest, 1).await;
    assert_eq!(back.welcome.recovered, Recovered::No);
    engine.drain().await;
}

#[actix::test]
async fn who_knows_another_history_or_positions_that_never_were_has_to_read_it_anew() {
    let engine = engine();
    let guest = conversation(&engine, 1).await;
    let other = Since::Position(Epoch("another".into()), Seq(1));
    assert_eq!(Guest::returns(&engine, &guest, other).await.welcome.recovered, Recovered::No);
    assert_eq!(returns_from(&engine, &guest, 77).await.welcome.recovered, Recovered::No);
    engine.drain().await;
}

#[actix::test]
async fn who_comes_late_gets_all_of_the_running_answer_and_then_its_pieces() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    voice.say("To be ");
    voice.say("or not ");
    guest.hears_a_piece().await;
    guest.hears_a_piece().await;
    let mut late = returns_from(&engine, &guest, 1).await;
    let Some(PublicationData::Snapshot { n, text, .. }) =
        late.welcome.draft.as_ref().map(|draft| &draft.data)
    else {
        panic!("the answer so far is there")
    };
    assert_eq!((*n, text.as_str()), (1, "To be or not "));
    voice.say("to be.");
    voice.finish();
    assert_eq!(late.hears_a_piece().await, "to be.");
    assert_eq!(late.is_answered().await, "To be or not to be.");
    engine.drain().await;
}

#[actix::test]
async fn a_listener_that_falls_behind_gets_a_snapshot_in_place_of_the_pieces_it_missed() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    // More than it has room for, while it does not read.
    (0..280).for_each(|n| voice.say(&format!("{n} ")));
    let model = engine.world.model.clone();
    engine.until("all is said", |_| !model.requests().is_empty()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let mut heard = String::new();
    while heard.split(' ').count() < 250 {
        heard.push_str(&guest.hears_a_piece().await);
    }
    guest.reads_what_is_there();
    voice.say("and more");
    let so_far = guest.hears(|data| match data {
        PublicationData::Snapshot { text, .. } => Some(text.clone()),
        _ => None,
    });
    let so_far = so_far.await;
    assert!(so_far.starts_with(&heard) && so_far.ends_with("279 and more"));
    voice.finish();
    assert_eq!(guest.is_answered().await, so_far);
    engine.drain().await;
}

#[actix::test]
async fn a_listener_that_does_not_read_at_all_is_sent_away_and_the_others_notice_nothing() {
    let engine = engine();
    let mut deaf = Guest::arrives(&engine).await;
    let mut guest = Guest::returns(&engine, &deaf, Since::Now).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    for n in 0..600 {
        voice.say(&format!("{n} "));
        assert_eq!(guest.hears_a_piece().await, format!("{n} "));
    }
    assert_eq!(deaf.is_sent_away().await, End::Full);
    voice.finish();
    guest.is_answered().await;
    engine.drain().await;
}

#[actix::test]
async fn a_conversation_that_is_open_too_often_takes_no_more_listeners_until_one_detaches() {
    let engine = World::new().start(Limits { session_listeners_max: 1, ..Limits::default() });
    let guest = Guest::arrives(&engine).await;
    let refusal = guest.session.listen().await.unwrap_err();
    assert_eq!(refusal.code, RefusalCode::RateLimited);
    guest.leaves();
    assert!(guest.session.listen().await.is_ok());
    engine.drain().await;
}

#[actix::test]
async fn who_listens_is_told_of_what_could_not_be_kept_before_being_sent_away() {
    let engine = engine();
    let guest = conversation(&engine, 1).await;
    let (sender, mut inbox) = mpsc::channel(8);
    let outlet = Arc::new(Outlet::Channel(sender));
    let welcome = guest.session.attach(Arc::clone(&outlet), Since::Now).await.unwrap();
    engine.world.store.appends.set(Condition::Failing(Fault::Permanent));
    guest.session.pass(message("m9", "Nine?"), Responder::listener(welcome.listener, outlet, 9));
    let mut heard = Vec::new();
    while let Some(Delivery(items)) = inbox.recv().await {
        heard.extend(items);
    }
    assert!(matches!(&heard[..], [Item::Reply(9, Err(_)), Item::Interrupted]), "{heard:?}");
    engine.world.store.appends.set(Condition::Working);
    engine.drain().await;
}
