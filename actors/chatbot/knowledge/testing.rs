//! Small indexes to test with.

use uuid::Uuid;

use super::Index;
use crate::model::{Chunk, ChunkId, DocumentId, SourceId};

/// A passage with that number for its ids.
pub(super) fn chunk(number: usize, title: &str, text: &str) -> Chunk {
    let uuid = Uuid::from_u128(number as u128);
    Chunk {
        chunk_id: ChunkId::from_uuid(uuid),
        source_id: SourceId::from_uuid(uuid),
        document_id: DocumentId::from_uuid(uuid),
        title: title.into(),
        url: None,
        span: 0..text.len(),
        text: text.into(),
    }
}

/// An index of passages without titles.
pub(super) fn index(texts: &[&str]) -> Index {
    Index::build(texts.iter().enumerate().map(|(number, text)| chunk(number, "", text)).collect())
}
