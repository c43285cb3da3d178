//! Passages get vectors batch by batch, and are found by words as long as they have none.

use std::sync::Arc;

use uuid::Uuid;

use crate::chatbot::read_view;
use crate::kernel::testing::{Condition, MemoryVectors, ScriptedEmbedder, TestEngine, World};
use crate::limits::Limits;
use crate::model::{Job, JobId, JobKind, JobStage, JobState, Progress, SourceId};
use crate::ports::{Clock, Fault};

/// Sections that each become a passage.
const TEXT: &str = "# Leaves\n\nWe sell tea from Assam.\n\n# Crockery\n\nEvery cup is blue.\n\n# Hours\n\nThe shop opens at nine.";

/// Something said at such length that passages don't share a section.
fn text() -> String {
    TEXT.split("\n\n")
        .map(|block| if block.starts_with('#') { block.to_owned() } else { block.repeat(30) })
        .collect::<Vec<_>>()
        .join("\n\n")
}

struct Scene {
    vectors: Arc<MemoryVectors>,
    embedder: Arc<ScriptedEmbedder>,
    world: World,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new();
        let vectors = Arc::new(MemoryVectors::of(&world.store));
        let embedder = Arc::new(ScriptedEmbedder::named("small"));
        world.retrieval = vectors.with(&embedder);
        Self { vectors, embedder, world }
    }

    fn start(&self) -> TestEngine {
        self.world.clone().start(Limits::default())
    }

    fn queue(&self, number: u128, stage: JobStage) -> JobId {
        let job_id = JobId::from_uuid(Uuid::from_u128(number << 32));
        let now = self.world.clock.now();
        self.world.store.put_job(Job {
            job_id,
            account_id: self.world.account,
            chatbot_id: self.world.chatbot,
            source_id: SourceId::from_uuid(Uuid::from_u128(5)),
            kind: JobKind::Text { title: "Shop".into(), text: text() },
            state: JobState::Queued,
            stage,
            progress: Progress::default(),
            error: None,
            pages: None,
            attempts: 0,
            created_at: now,
            updated_at: now,
        });
        job_id
    }

    /// The first passage that the chatbot finds, as a new life of it would.
    async fn finds(&self, question: &str) -> Option<(String, Option<f32>)> {
        let view = read_view(&self.world.ports(), self.world.chatbot).await.unwrap().unwrap();
        let hit = view.find(question, 1).await.into_iter().next()?;
        Some((hit.passage.text.lines().next()?.to_owned(), hit.stages.vector))
    }
}

async fn ends(engine: &TestEngine, id: JobId) -> Job {
    engine.engine.wake_jobs();
    let is_final = |engine: &TestEngine| engine.world.store.job(id).is_some_and(|job| job.state.is_final());
    engine.until("the job ends", is_final).await;
    engine.world.store.job(id).unwrap()
}

#[actix::test]
async fn passages_are_found_by_other_words_for_the_same() {
    let scene = Scene::new();
    let engine = scene.start();
    let job = ends(&engine, scene.queue(1, JobStage::Fetching)).await;
    assert_eq!(
        (job.state, job.stage, job.progress),
        (JobState::Succeeded, JobStage::Embedding, Progress::WHOLE)
    );
    let passages = engine.world.store.reading(job.source_id).unwrap().chunks.len();
    assert_eq!(scene.vectors.counts(), [("small".into(), passages)].into());
    let (first, vector) = scene.finds("Which mug do you have?").await.unwrap();
    assert!(first.contains("Crockery") && vector.is_some(), "{first} {vector:?}");
    engine.drain().await;
}

#[actix::test]
async fn while_the_model_is_away_words_find() {
    let scene = Scene::new();
    let engine = scene.start();
    ends(&engine, scene.queue(1, JobStage::Fetching)).await;
    scene.embedder.switch.set(Condition::Hanging);
    let (first, vector) = scene.finds("Is every cup blue?").await.unwrap();
    assert!(first.contains("Crockery") && vector.is_none());
    assert_eq!(scene.finds("Which mug do you have?").await, None);
    engine.drain().await;
}

#[actix::test]
async fn a_model_that_fails_for_a_while_delays_vectors_and_nothing_is_read_again() {
    let scene = Scene::new();
    let engine = scene.start();
    scene.embedder.switch.set(Condition::Failing(Fault::Transient));
    let id = scene.queue(1, JobStage::Fetching);
    engine.engine.wake_jobs();
    engine
        .until("a failure is noted", |engine| {
            engine.world.store.job(id).is_some_and(|job| job.error.is_some())
        })
        .await;
    assert!(scene.finds("Is every cup blue?").await.is_some(), "words find meanwhile");
    scene.embedder.switch.set(Condition::Working);
    let job = ends(&engine, id).await;
    assert_eq!((job.state, job.error), (JobState::Succeeded, None));
    assert_eq!(engine.world.store.readings_replaced(), 1);
    engine.drain().await;
}

#[actix::test]
async fn another_model_makes_its_own_vectors_and_the_old_ones_go() {
    let mut scene = Scene::new();
    let engine = scene.start();
    ends(&engine, scene.queue(1, JobStage::Fetching)).await;
    engine.drain().await;
    scene.embedder = Arc::new(ScriptedEmbedder::named("large"));
    scene.world.retrieval = scene.vectors.with(&scene.embedder);
    let engine = scene.start();
    assert_eq!(
        scene.finds("Which mug do you have?").await,
        None,
        "vectors of different models are not compared"
    );
    ends(&engine, scene.queue(2, JobStage::Embedding)).await;
    assert_eq!(scene.vectors.counts().keys().map(|name| &**name).collect::<Vec<_>>(), ["large"]);
    assert!(scene.finds("Which mug do you have?").await.is_some());
    assert_eq!(engine.world.store.readings_replaced(), 1, "the text is not read again");
    engine.drain().await;
}
