//! What may be asked next is found in what was read, or proposed by the model that answered.

use uuid::Uuid;

use super::{Guest, engine};
use crate::kernel::testing::TestEngine;
use crate::model::{
    AnswererKind, FollowUps, Job, JobId, JobKind, JobStage, JobState, Progress, PublicationData, SourceId,
    UsageKind,
};
use crate::ports::Clock;

const WARRANTY: &str = "# Warranty\n\nThe warranty of the pump lasts three years.";
const RETURNS: &str = "# Returning goods\n\nGoods that were never used may be sent back within thirty days.";
const QUESTION: &str = "How long does the warranty of the pump last?";

/// An engine whose chatbot has read the terms and is to offer questions.
async fn informed(kind: AnswererKind) -> TestEngine {
    let engine = engine();
    engine.world.configure(engine.world.chatbot, 1, |config| {
        config.answerer.kind = kind;
        config.behaviour.follow_ups = FollowUps::On;
    });
    let long = |section: &str| format!("{section}{}", " This is how we do it.".repeat(30));
    let now = engine.world.clock.now();
    engine.world.store.put_job(Job {
        job_id: JobId::from_uuid(Uuid::from_u128(9)),
        account_id: engine.world.account,
        chatbot_id: engine.world.chatbot,
        source_id: SourceId::from_uuid(Uuid::from_u128(5)),
        kind: JobKind::Text { title: "Terms".into(), text: [WARRANTY, RETURNS].map(long).join("\n\n") },
        state: JobState::Queued,
        stage: JobStage::Extracting,
        progress: Progress::default(),
        error: None,
        pages: None,
        attempts: 0,
        created_at: now,
        updated_at: now,
    });
    let source = SourceId::from_uuid(Uuid::from_u128(5));
    engine.until("the terms are read", |engine| engine.world.store.reading(source).is_some()).await;
    engine
}

async fn is_offered(guest: &mut Guest) -> Vec<String> {
    guest
        .hears(|data| match data {
            PublicationData::Suggestions { items, .. } => Some(items.clone()),
            _ => None,
        })
        .await
}

#[actix::test]
async fn quoted_answers_are_followed_by_what_else_was_read() {
    let engine = informed(AnswererKind::Extractive).await;
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", QUESTION).await;
    assert!(guest.is_answered().await.contains("three years"));
    assert_eq!(is_offered(&mut guest).await, ["Returning goods"]);
    assert!(engine.world.store.usage(UsageKind::PromptTokens).is_empty(), "no model is asked");
    engine.drain().await;
}

#[actix::test]
async fn a_model_proposes_and_only_what_the_sources_answer_is_offered() {
    let engine = informed(AnswererKind::Llm).await;
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_says(&["It lasts three years. [1]"]);
    engine
        .world
        .model
        .next_says(&["1. Who won the chess match?\n2. May goods be sent ", "back that were used?"]);
    guest.is_heard("m1", QUESTION).await;
    assert!(guest.is_answered().await.contains("three years"));
    assert_eq!(is_offered(&mut guest).await, ["May goods be sent back that were used?"]);
    let used = |kind| engine.world.store.usage(kind);
    assert_eq!((used(UsageKind::Answer), used(UsageKind::PromptTokens)), (vec![1], vec![1, 1]));
    let asked = engine.world.model.requests();
    assert!(asked[1].system.contains("Returning goods"), "{asked:?}");
    engine.drain().await;
}

#[actix::test]
async fn a_model_that_proposes_nothing_leaves_it_to_the_sources_and_the_answer_stands() {
    let engine = informed(AnswererKind::Llm).await;
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_says(&["It lasts three years. [1]"]);
    engine.world.model.next_fails();
    guest.is_heard("m1", QUESTION).await;
    assert!(guest.is_answered().await.contains("three years"));
    assert_eq!(is_offered(&mut guest).await, ["Returning goods"]);
    engine.drain().await;
}

#[actix::test]
async fn whoever_asks_on_does_not_wait_for_proposals() {
    let engine = informed(AnswererKind::Llm).await;
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_says(&["It lasts three years. [1]"]);
    let proposing = engine.world.model.next_on_command();
    guest.is_heard("m1", QUESTION).await;
    guest.is_answered().await;
    engine.until("the model is asked", |engine| engine.world.model.requests().len() == 2).await;
    engine.world.model.next_says(&["Thirty days. [1]"]);
    guest.is_heard("m2", "May goods be sent back?").await;
    assert_eq!(guest.is_answered().await, "Thirty days. [1]");
    proposing.finish();
    engine.drain().await;
}
