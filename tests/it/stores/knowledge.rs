//! What was read is swapped whole.

use std::sync::Arc;

use aihio_actors::model::{ChatbotId, Chunk, ChunkId, ContentHash, Document, DocumentId, SourceId};
use aihio_actors::ports::{Fault, Knowledge, Reading, Replaced};

use super::fixture::{at, chatbot, id, source, tenant};
use crate::support::store::TestStore;
use aihio::store::Tenant;

on_both!(
    a_reading_is_found_by_its_passages,
    a_new_reading_replaces_the_old_one_whole,
    storing_a_reading_again_changes_nothing,
    a_reading_of_an_erased_source_is_refused,
    an_old_reading_that_comes_again_stays_old,
    texts_that_come_at_once_never_exceed_the_plan,
);

/// A text with a passage for each of its lines.
pub(crate) fn reading(tenant: &Tenant, chatbot_id: ChatbotId, source_id: SourceId, text: &str) -> Reading {
    let document = Document {
        document_id: DocumentId::from_uuid(id()),
        source_id,
        chatbot_id,
        account_id: tenant.account_id(),
        title: "Manual".into(),
        url: Some("https://example.test/m".into()),
        text: text.into(),
        content_hash: ContentHash([u8::try_from(text.len()).unwrap(); 32]),
        created_at: at("10:00:00"),
    };
    let mut start = 0;
    let mut chunks = Vec::new();
    for line in text.split_inclusive('\n') {
        let span = start..start + line.len();
        start = span.end;
        chunks.push(Chunk {
            chunk_id: ChunkId::from_uuid(id()),
            source_id,
            document_id: document.document_id,
            title: Arc::clone(&document.title),
            url: document.url.clone(),
            span,
            text: line.into(),
        });
    }
    Reading { document, chunks }
}

async fn a_reading_is_found_by_its_passages(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, _) = source(&tenant, bot).await;
    assert_eq!(store.content_hash(source_id).await.unwrap(), None);
    let first = reading(&tenant, bot, source_id, "Grüße 🦆\nund mehr\n");
    store.replace(first.clone()).await.unwrap();
    assert_eq!(store.chunks(bot).await.unwrap(), first.chunks);
    assert_eq!(store.content_hash(source_id).await.unwrap(), Some(first.document.content_hash));
    let row = tenant.source(source_id).await.unwrap().unwrap();
    assert_eq!((row.bytes, row.chunks), (22, 2));
    assert_eq!(store.chunks(chatbot(&tenant).await).await.unwrap(), []);
}

async fn a_new_reading_replaces_the_old_one_whole(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, _) = source(&tenant, bot).await;
    let (other_id, _) = source(&tenant, bot).await;
    let other = reading(&tenant, bot, other_id, "other\n");
    store.replace(other.clone()).await.unwrap();
    store.replace(reading(&tenant, bot, source_id, "a\nb\nc\n")).await.unwrap();
    let new = reading(&tenant, bot, source_id, "x\n");
    store.replace(new.clone()).await.unwrap();
    let mut expected = [other.chunks, new.chunks].concat();
    let mut found = store.chunks(bot).await.unwrap();
    expected.sort_by_key(|chunk| chunk.chunk_id);
    found.sort_by_key(|chunk| chunk.chunk_id);
    assert_eq!(found, expected);
}

async fn storing_a_reading_again_changes_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, _) = source(&tenant, bot).await;
    let first = reading(&tenant, bot, source_id, "a\nb\n");
    store.replace(first.clone()).await.unwrap();
    store.replace(first.clone()).await.unwrap();
    assert_eq!(store.chunks(bot).await.unwrap(), first.chunks);
}

async fn a_reading_of_an_erased_source_is_refused(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, _) = source(&tenant, bot).await;
    let late = reading(&tenant, bot, source_id, "a\n");
    tenant.delete_source(source_id).await.unwrap();
    let refused = store.replace(late).await.unwrap_err();
    assert_eq!((refused.port, refused.fault), ("knowledge", Fault::Permanent));
    assert_eq!(store.chunks(bot).await.unwrap(), []);
}

async fn an_old_reading_that_comes_again_stays_old(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, _) = source(&tenant, bot).await;
    let (old, new) = (reading(&tenant, bot, source_id, "old\n"), reading(&tenant, bot, source_id, "new\n"));
    store.replace(old.clone()).await.unwrap();
    store.replace(new.clone()).await.unwrap();
    store.replace(old).await.unwrap();
    assert_eq!(store.chunks(bot).await.unwrap(), new.chunks);
}

async fn texts_that_come_at_once_never_exceed_the_plan(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let mut readings = Vec::new();
    for _ in 0..8 {
        let (source_id, _) = source(&tenant, bot).await;
        readings.push(reading(&tenant, bot, source_id, &"x".repeat(200)));
    }
    let again = reading(&tenant, bot, readings[0].document.source_id, &"y".repeat(199));
    let other = store.again().await;
    let storing = readings.into_iter().enumerate().map(|(number, reading)| {
        let store = if number % 2 == 0 { &*store } else { &other };
        async move { store.replace(reading).await.unwrap() }
    });
    let replaced = futures_util::future::join_all(storing).await;
    let kept = replaced.iter().filter(|replaced| **replaced == Replaced::Done).count();
    assert_eq!(kept, 5, "{replaced:?}");
    assert_eq!(store.kept_bytes(tenant.account_id()).await.unwrap(), 1_000);
    let full = Replaced::NoRoom { limit: 1_000, kept: 1_000 };
    assert_eq!(replaced.iter().filter(|replaced| **replaced == full).count(), 3, "{replaced:?}");
    assert_eq!(store.chunks(bot).await.unwrap().len(), 5, "nothing is left of what had no room");
    if replaced[0] == Replaced::Done {
        assert_eq!(store.replace(again).await.unwrap(), Replaced::Done, "what shrinks has room");
    }
}
