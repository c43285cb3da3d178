//! What an answer rests on.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{DocumentId, SourceId};

/// One numbered reference of an answer. `quote` is a literal substring of the stored document version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The number by which the answer refers to it, from 1.
    pub n: u32,
    /// The source that was read.
    pub source_id: SourceId,
    /// The version of the source that was read; answers of the first versions don't name it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub document_id: Option<DocumentId>,
    /// The source's title as people know it.
    pub title: Arc<str>,
    /// Where the source can be read, if it came from the web.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<Arc<str>>,
    /// The words that support the answer, byte for byte as stored.
    pub quote: String,
}
