//! Answers that rest on what a source no longer says.

use std::collections::BTreeMap;

use aihio_actors::model::{DocumentId, Receipt, SourceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::Message;
use crate::error::ApiError;
use crate::store::{SourceChange, Tenant};

/// A source that has changed since an answer cited it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OutdatedSource {
    /// The source.
    #[schema(value_type = uuid::Uuid)]
    source_id: SourceId,
    /// The version that was cited.
    #[schema(value_type = uuid::Uuid)]
    document_id: DocumentId,
    /// What became of it.
    #[schema(value_type = Change)]
    change: SourceChange,
}

/// What became of a source.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it is described to clients and never made")]
pub(crate) enum Change {
    /// It was read again and says something else, or its page is gone.
    Changed,
    /// It was deleted.
    Removed,
}

/// A version of a source, as an answer cites it.
type Cited = (SourceId, DocumentId);

/// Marks the messages that cite what has changed since: one look at the store for all of them.
///
/// # Errors
/// When the store can't be read.
pub(super) async fn mark(messages: &mut [Message], tenant: &Tenant) -> Result<(), ApiError> {
    let changes = tenant.changed_since(&messages.iter().flat_map(cited_by).collect::<Vec<_>>()).await?;
    if !changes.is_empty() {
        for message in messages {
            message.outdated_sources = outdated(cited_by(message), &changes);
        }
    }
    Ok(())
}

/// The sources that a receipt's answer cites and that have changed since.
///
/// # Errors
/// When the store can't be read.
pub(super) async fn of_receipt(receipt: &Receipt, tenant: &Tenant) -> Result<Vec<OutdatedSource>, ApiError> {
    let cited = receipt.chunks.iter().filter(|chunk| chunk.cited);
    let cited: Vec<Cited> = cited.filter_map(|chunk| Some((chunk.source_id?, chunk.document_id))).collect();
    let changes = tenant.changed_since(&cited).await?;
    Ok(outdated(cited, &changes))
}

fn cited_by(message: &Message) -> Vec<Cited> {
    let cited = |citation: &super::view::Citation| Some((citation.source_id, citation.document_id?));
    message.citations.iter().filter_map(cited).collect()
}

fn outdated(cited: Vec<Cited>, changes: &BTreeMap<DocumentId, SourceChange>) -> Vec<OutdatedSource> {
    let mut outdated: Vec<OutdatedSource> = Vec::new();
    for (source_id, document_id) in cited {
        let known = outdated.iter().any(|other| other.document_id == document_id);
        if let Some(change) = changes.get(&document_id).filter(|_| !known) {
            outdated.push(OutdatedSource { source_id, document_id, change: *change });
        }
    }
    outdated
}
