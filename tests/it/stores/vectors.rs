//! Vectors are kept by model and found again.

use aihio::store::Tenant;
use aihio_actors::model::{
    ChatbotId, Chunk, ChunkId, ContentHash, Document, DocumentId, EmbeddingModel, JobId, JobStage, SourceId,
    Vector,
};
use aihio_actors::ports::{Jobs, Knowledge, Reading, VectorStore};

use super::fixture::{at, chatbot, id, source, tenant};
use crate::support::store::TestStore;

on_both!(
    what_has_no_vector_is_left_to_do,
    vectors_are_read_back_page_by_page,
    another_models_vectors_go_when_the_new_ones_are_there,
    sources_that_lack_vectors_are_queued_once,
    the_database_compares_vectors_where_it_can,
);

fn model(name: &str) -> EmbeddingModel {
    EmbeddingModel(name.into())
}

/// A source with four passages.
async fn read(store: &TestStore, tenant: &Tenant, bot: ChatbotId) -> SourceId {
    let (source_id, _) = source(tenant, bot).await;
    let document_id = DocumentId::from_uuid(id());
    let text = "Tee.\nÄäh\nCups\nTea!\n";
    let mut start = 0;
    let chunks = text.split_inclusive('\n').map(|line| {
        let span = start..start + line.len();
        start = span.end;
        let chunk_id = ChunkId::from_uuid(id());
        Chunk { chunk_id, source_id, document_id, title: "T".into(), url: None, span, text: line.into() }
    });
    let chunks = chunks.collect();
    let document = Document {
        document_id,
        source_id,
        chatbot_id: bot,
        account_id: tenant.account_id(),
        title: "T".into(),
        url: None,
        text: text.into(),
        content_hash: ContentHash([1; 32]),
        created_at: at("10:00:00"),
    };
    store.replace(Reading { document, chunks }).await.unwrap();
    source_id
}

/// Gives every passage of the source the direction of its length.
async fn embed_all(store: &TestStore, source: SourceId, model: &EmbeddingModel) {
    loop {
        let batch = store.unembedded(source, model, 3).await.unwrap();
        if batch.passages.is_empty() {
            return;
        }
        let direction = |text: &str| Vector::of(vec![text.len() as f32, 4.0]);
        let vectors = batch.passages.iter().map(|bare| (bare.chunk_id, direction(&bare.text))).collect();
        store.keep(model, vectors).await.unwrap();
    }
}

async fn what_has_no_vector_is_left_to_do(store: TestStore) {
    let tenant = tenant(&store).await;
    let source = read(&store, &tenant, chatbot(&tenant).await).await;
    let first = store.unembedded(source, &model("a"), 3).await.unwrap();
    assert_eq!((first.passages.len(), first.left), (3, 4));
    assert!(first.passages.iter().any(|bare| bare.text == "Ääh\n"), "{first:?}");
    let vectors: Vec<_> = first.passages.iter().map(|bare| (bare.chunk_id, Vector::of(vec![1.0]))).collect();
    store.keep(&model("a"), vectors.clone()).await.unwrap();
    store.keep(&model("a"), vectors).await.unwrap();
    let rest = store.unembedded(source, &model("a"), 3).await.unwrap();
    assert_eq!((rest.passages.len(), rest.left), (1, 1));
    assert_eq!(store.unembedded(source, &model("b"), 9).await.unwrap().left, 4);
    let gone = vec![(ChunkId::from_uuid(id()), Vector::of(vec![1.0]))];
    store.keep(&model("a"), gone).await.unwrap();
}

async fn vectors_are_read_back_page_by_page(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let source = read(&store, &tenant, bot).await;
    embed_all(&store, source, &model("a")).await;
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store.page(bot, &model("a"), after, 3).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        pages.push(page);
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
    let lengths: Vec<usize> = store.chunks(bot).await.unwrap().iter().map(|chunk| chunk.text.len()).collect();
    for (_, vector) in pages.iter().flatten() {
        let fits = |length: &usize| {
            let exact = Vector::of(vec![*length as f32, 4.0]);
            exact.values().iter().zip(vector.values()).all(|(a, b)| (a - b).abs() < 1e-5)
        };
        assert!(lengths.iter().any(fits), "{vector:?}");
    }
    assert_eq!(store.page(bot, &model("b"), None, 3).await.unwrap(), []);
    tenant.delete_source(source).await.unwrap();
    assert_eq!(store.page(bot, &model("a"), None, 3).await.unwrap(), []);
}

async fn another_models_vectors_go_when_the_new_ones_are_there(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (one, other) = (read(&store, &tenant, bot).await, read(&store, &tenant, bot).await);
    for source in [one, other] {
        embed_all(&store, source, &model("a")).await;
    }
    embed_all(&store, one, &model("b")).await;
    store.forget_others(one, &model("b")).await.unwrap();
    assert_eq!(
        store.page(bot, &model("a"), None, 9).await.unwrap().len(),
        4,
        "those of the other source stay"
    );
    assert_eq!(store.page(bot, &model("b"), None, 9).await.unwrap().len(), 4);
}

async fn sources_that_lack_vectors_are_queued_once(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let source = read(&store, &tenant, bot).await;
    let model = model("a");
    let queue = || store.queue_embedding(&model, at("11:00:00"), || JobId::from_uuid(id()));
    assert_eq!(queue().await.unwrap(), 0, "its first job waits, and will do it");
    let mut first = store.claim(9).await.unwrap().pop().unwrap();
    first.state = aihio_actors::model::JobState::Succeeded;
    store.save(&first).await.unwrap();
    assert_eq!((queue().await.unwrap(), queue().await.unwrap()), (1, 0));
    let job = store.claim(9).await.unwrap().pop().unwrap();
    assert_eq!((job.source_id, job.stage, job.kind), (source, JobStage::Embedding, first.kind));
}

async fn the_database_compares_vectors_where_it_can(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let source = read(&store, &tenant, bot).await;
    embed_all(&store, source, &model("a")).await;
    let question = Vector::of(vec![5.0, 4.0]);
    match store.nearest(bot, &model("a"), &question, 2).await.unwrap() {
        None => eprintln!("!! SKIPPED: the database has no extension `vector`"),
        Some(near) => {
            let lengths = store.chunks(bot).await.unwrap();
            let of = |id: ChunkId| lengths.iter().find(|chunk| chunk.chunk_id == id).unwrap().text.len();
            assert_eq!(near.iter().map(|(chunk, _)| of(*chunk)).collect::<Vec<_>>().len(), 2);
            assert!((near[0].1 - 1.0).abs() < 1e-5 && near[0].1 >= near[1].1, "{near:?}");
            assert_eq!(of(near[0].0), 5);
        }
    }
}
