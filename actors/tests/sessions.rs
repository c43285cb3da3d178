//! What a visitor may rely on, whatever the store and the model do.

use std::time::Duration;

use futures_util::FutureExt;

use super::visitor::{End, agent, message, phase};
use super::{Guest, engine};
use crate::chatbot::session::handle::{Progress, Since};
use crate::chatbot::session::state::AnswerStep;
use crate::chatbot::session::{CloseReason, Command, Duplicate, Reply};
use crate::kernel::ActorKind;
use crate::kernel::testing::{Condition, TestEngine, World};
use crate::limits::{Acknowledge, Limits};
use crate::model::{
    AnswerId, AnswererKind, ClientId, Event, EventBody, Message, MessageId, Phase, PublicationData,
    RefusalCode, Role, Seq, UsageKind,
};
use crate::ports::{Fault, Rating};

const DOWN: Condition = Condition::Failing(Fault::Transient);

fn stored(engine: &TestEngine, guest: &Guest) -> Vec<(u64, String)> {
    let events = engine.world.store.events(guest.id());
    let text = |event: Event| match event.body {
        EventBody::Message(message) => (event.seq.0, message.text),
        EventBody::State(change) => (event.seq.0, format!("{:?}", change.state)),
    };
    events.into_iter().map(text).collect()
}

fn row(seq: u64, text: &str) -> (u64, String) {
    (seq, text.into())
}

#[actix::test]
async fn a_question_is_answered_piece_by_piece_and_kept_with_its_receipt_and_cost() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_says(&["Tea ", "is ", "fine."]);
    guest.is_heard("m1", "Is tea fine?").await;
    let pieces = [guest.hears_a_piece().await, guest.hears_a_piece().await, guest.hears_a_piece().await];
    assert_eq!(guest.is_answered().await, pieces.concat());
    assert_eq!(stored(&engine, &guest), [row(1, "Is tea fine?"), row(2, "Tea is fine.")]);
    let used = |kind| engine.world.store.usage(kind);
    assert_eq!((used(UsageKind::Answer), engine.world.store.receipts().len()), (vec![1], 1));
    assert_eq!((used(UsageKind::PromptTokens), used(UsageKind::CompletionTokens)), (vec![1], vec![1]));
    engine.drain().await;
}

#[actix::test]
async fn a_message_is_acknowledged_only_after_the_journal_has_kept_it() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Hanging);
    let mut acknowledgement = Box::pin(guest.says("m1", "One?"));
    assert!((&mut acknowledgement).now_or_never().is_none());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!((&mut acknowledgement).now_or_never().is_none(), "it waits as long as the store does");
    assert_eq!(stored(&engine, &guest), []);
    engine.world.store.appends.set(Condition::Working);
    assert!(matches!(acknowledgement.await, Ok(Reply::Sent { seq: Seq(1), .. })));
    engine.drain().await;
}

#[actix::test]
async fn while_the_store_is_down_messages_are_refused_and_afterwards_stored_once() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(DOWN);
    let refusal = guest.says("m1", "One?").await.unwrap_err();
    assert_eq!((refusal.code, refusal.retry_after.is_some()), (RefusalCode::Overloaded, true));
    assert_eq!(guest.is_sent_away().await, End::Interrupted);
    engine.world.store.appends.set(Condition::Working);
    let mut guest = Guest::returns(&engine, &guest, Since::Now).await;
    guest.is_heard("m1", "One?").await;
    assert_eq!(guest.is_answered().await, "One?");
    assert_eq!(stored(&engine, &guest), [row(1, "One?"), row(2, "One?")]);
    engine.drain().await;
}

#[actix::test]
async fn a_conversation_begins_once_the_store_has_it_and_not_before() {
    let engine = engine();
    engine.world.store.appends.set(DOWN);
    assert_eq!(Guest::is_turned_away(&engine).await.code, RefusalCode::Overloaded);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(engine.living(ActorKind::Session).is_empty());
    engine.world.store.appends.set(Condition::Working);
    let mut guest = Guest::arrives(&engine).await;
    assert!(engine.world.store.opened(guest.id()), "whoever is let in finds it in the store");
    assert_eq!(guest.is_heard("m1", "One?").await.0, Seq(1));
    assert_eq!(guest.is_answered().await, "One?");
    engine.drain().await;
}

#[actix::test]
async fn a_commit_whose_outcome_is_unknown_is_tried_again_and_kept_once() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Mute);
    let mut acknowledgement = Box::pin(guest.says("m1", "One?"));
    assert!((&mut acknowledgement).now_or_never().is_none());
    tokio::time::sleep(Duration::from_millis(500)).await;
    engine.world.store.appends.set(Condition::Working);
    assert!(matches!(acknowledgement.await, Ok(Reply::Sent { duplicate: Duplicate::No, .. })));
    assert_eq!(stored(&engine, &guest)[0], row(1, "One?"));
    assert!(stored(&engine, &guest).len() <= 2);
    engine.drain().await;
}

#[actix::test]
async fn the_late_fate_of_a_lost_record_acknowledges_nothing_and_ends_nobody() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(DOWN);
    let mut first = Box::pin(guest.says("m1", "One?"));
    assert!((&mut first).now_or_never().is_none());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut second = Box::pin(guest.says("m2", "Two?"));
    assert!((&mut second).now_or_never().is_none());
    // The first batch is given up; the second, with what came after, hangs at the store.
    assert!(first.await.is_err() && second.await.is_err());
    engine.world.store.appends.set(Condition::Hanging);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut third = Box::pin(guest.says("m3", "Three?"));
    assert!((&mut third).now_or_never().is_none());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!((&mut third).now_or_never().is_none(), "nothing of it is stored yet");
    engine.world.store.appends.set(Condition::Working);
    assert!(matches!(third.await, Ok(Reply::Sent { seq: Seq(1), .. })));
    assert_eq!(stored(&engine, &guest)[0], row(1, "Three?"));
    engine.drain().await;
}

#[actix::test]
async fn where_messages_are_acknowledged_early_a_loss_is_admitted_and_the_history_goes_on_without_a_hole() {
    let acknowledge = Acknowledge::WhenQueued;
    let engine = World::new().start(Limits { acknowledge, ..Limits::default() });
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    let id = guest.id();
    engine.until("all of it is stored", |engine| engine.world.store.events(id).len() == 2).await;
    engine.world.store.appends.set(DOWN);
    guest.is_heard("m2", "Two?").await;
    assert_eq!(guest.is_sent_away().await, End::Interrupted);
    engine.world.store.appends.set(Condition::Working);
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.welcome.offset, Seq(2));
    assert_eq!(guest.is_heard("m3", "Three?").await.0, Seq(3));
    engine.drain().await;
    assert_eq!(stored(&engine, &guest)[2], row(3, "Three?"));
}

#[actix::test]
async fn a_session_whose_place_another_writer_took_ends_and_begins_anew_from_what_is_stored() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    engine.world.store.usurp(guest.id(), foreign_event(3));
    let refusal = guest.says("m2", "Two?").await.unwrap_err();
    assert!(refusal.code.is_temporary());
    assert_eq!(guest.is_sent_away().await, End::Closed(CloseReason::InsufficientState));
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!(guest.is_heard("m2", "Two?").await.0, Seq(4));
    engine.drain().await;
}

fn foreign_event(seq: u64) -> Event {
    let message = Message {
        message_id: MessageId::from_uuid(uuid::Uuid::from_u128(99)),
        client_id: Some(ClientId::parse("elsewhere").unwrap()),
        role: Role::System,
        text: "Written elsewhere".into(),
        reply_to: None,
        citations: Vec::new(),
    };
    Event { seq: Seq(seq), at: crate::model::Timestamp::UNIX_EPOCH, body: EventBody::Message(message) }
}

#[actix::test]
async fn an_idle_session_leaves_memory_and_comes_back_knowing_everything() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let first = guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    guest.commands(Command::TakeOver { agent: agent("Grace") }).await.unwrap();
    guest.leaves();
    engine.until("it sleeps", |engine| engine.living(ActorKind::Session).is_empty()).await;
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    assert_eq!((guest.welcome.offset, guest.welcome.phase), (Seq(3), Phase::Agent));
    let (seq, message_id) = first;
    let again = guest.says("m1", "One?").await;
    assert_eq!(again, Ok(Reply::Sent { seq, message_id, duplicate: Duplicate::Yes }));
    assert_eq!(guest.is_heard("m2", "Two?").await.0, Seq(4));
    engine.drain().await;
}

#[actix::test]
async fn after_a_person_has_taken_over_no_word_of_the_chatbot_follows() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    voice.say("I would ");
    guest.hears_a_piece().await;
    let taken = guest.commands(Command::TakeOver { agent: agent("Grace") }).await;
    assert_eq!(taken, phase(Phase::Agent));
    voice.say("say yes.");
    voice.finish();
    // A step of the answer that was on its way already is not heard either.
    let late = Progress { answer_id: AnswerId::from_uuid(uuid::Uuid::nil()), step: AnswerStep::Failed };
    guest.session.mailbox().entrust(late);
    guest.is_heard("m2", "Two?").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(stored(&engine, &guest), [row(1, "One?"), row(2, "Agent"), row(3, "Two?")]);
    assert_eq!(engine.engine.lease(engine.world.account).unwrap().reserved, 0);
    engine.drain().await;
}

#[actix::test]
async fn an_answer_that_is_stopped_ends_there_and_the_next_question_is_answered() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    let (_, message_id) = guest.is_heard("m1", "One?").await;
    guest.is_heard("m2", "Two?").await;
    voice.say("A long ");
    guest.hears_a_piece().await;
    assert_eq!(guest.commands(Command::StopAnswer { message_id }).await, Ok(Reply::Done));
    assert_eq!((guest.is_answered().await, guest.is_answered().await), ("A long ".into(), "Two?".into()));
    engine.drain().await;
}

#[actix::test]
async fn a_new_configuration_holds_from_the_next_turn_and_reaches_those_who_listen() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    engine.world.configure(engine.world.chatbot, 2, |config| {
        config.name = "Bea".into();
        config.answerer.kind = AnswererKind::Echo;
    });
    engine.engine.chatbot_changed(engine.world.chatbot);
    let name = guest.hears(|data| match data {
        PublicationData::Config(config) => Some(config.name.clone()),
        _ => None,
    });
    assert_eq!(name.await, "Bea");
    voice.say("The model's own.");
    voice.finish();
    assert_eq!(guest.is_answered().await, "The model's own.");
    guest.is_heard("m2", "Echo?").await;
    assert_eq!(guest.is_answered().await, "Echo?");
    engine.drain().await;
}

#[actix::test]
async fn a_provider_that_fails_before_its_first_piece_is_stood_in_for() {
    let engine = engine();
    engine.world.configure(engine.world.chatbot, 1, |config| {
        config.answerer.fallback = vec![AnswererKind::Extractive.into()];
    });
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_fails();
    guest.is_heard("m1", "One?").await;
    assert!(guest.is_answered().await.starts_with("I don't know"));
    assert_eq!(engine.world.store.receipts()[0].provider, "extractive");
    engine.drain().await;
}

#[actix::test]
async fn an_answer_that_breaks_off_is_not_paid_for_and_both_sides_are_told() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "One?").await;
    voice.say("Half ");
    voice.fail();
    let code = guest.hears(|data| match data {
        PublicationData::Notice(notice) => Some(notice.code),
        _ => None,
    });
    assert_eq!(code.await, RefusalCode::AnswerFailed.number());
    assert!(guest.is_told_by_the_system().await.contains("could not be answered"));
    assert_eq!((stored(&engine, &guest).len(), engine.world.store.usage(UsageKind::Answer).len()), (2, 0));
    engine.drain().await;
}

#[actix::test]
async fn an_answerer_that_stalls_is_given_up_in_time() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    let _stalled = engine.world.model.next_on_command();
    let asked = tokio::time::Instant::now();
    guest.is_heard("m1", "One?").await;
    guest.is_told_by_the_system().await;
    assert_eq!(asked.elapsed().as_secs(), engine.engine.limits().answer_timeout.as_secs());
    engine.drain().await;
}

#[actix::test]
async fn judgements_and_forms_are_kept_before_they_are_acknowledged() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    let (_, message_id) = guest.is_heard("m1", "One?").await;
    let judge = Command::GiveFeedback { message_id, rating: Rating::Down, comment: Some("Wrong".into()) };
    assert_eq!(guest.commands(judge).await, Ok(Reply::Done));
    assert_eq!(engine.world.store.feedback()[0].rating, Rating::Down);
    let fields = serde_json::Map::from_iter([("mail".to_owned(), "a@b.example".into())]);
    assert_eq!(guest.commands(Command::SubmitLead { fields: fields.clone() }).await, Ok(Reply::Done));
    assert_eq!(engine.world.store.leads()[0].fields, fields);
    engine.drain().await;
}

#[actix::test]
async fn a_model_is_shown_the_conversation_so_far() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    guest.commands(message("m2", "Two?")).await.unwrap();
    guest.is_answered().await;
    let shown: Vec<String> =
        engine.world.model.requests()[1].turns.iter().map(|turn| turn.text.clone()).collect();
    assert_eq!(shown, ["One?", "One?", "Two?"]);
    engine.drain().await;
}
