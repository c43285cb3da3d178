//! What became of the document versions that answers cite.
//!
//! Nothing is written when a source changes: a version is in use as long as it has passages, since those of a version
//! that was replaced are dropped with it. So whoever shows answers asks, for all of them at once, by an index.

use std::collections::{BTreeMap, BTreeSet};

use aihio_actors::model::{DocumentId, SourceId};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use super::dialect::{Sql, json_rows};
use super::entities::source;
use super::{StoreError, Tenant};

/// What became of a source since a version of it was cited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceChange {
    /// It says something else now.
    Changed,
    /// It was deleted.
    Removed,
}

/// Which of these versions (`$1`) of the account (`$2`) are not in use any more.
const OUT_OF_USE: Sql = Sql {
    sqlite: "SELECT unhex(value) AS document_id FROM json_each($1) WHERE NOT EXISTS \
             (SELECT 1 FROM chunks WHERE document_id = unhex(value) AND account_id = $2)",
    postgres: "SELECT value::uuid AS document_id FROM jsonb_array_elements_text($1::text::jsonb) AS item (value) \
             WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE document_id = value::uuid AND account_id = $2)",
};

impl Tenant {
    /// What became of those versions of the account's sources that are not in use any more; the others are left out.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn changed_since(
        &self,
        cited: &[(SourceId, DocumentId)],
    ) -> Result<BTreeMap<DocumentId, SourceChange>, StoreError> {
        if cited.is_empty() {
            return Ok(BTreeMap::new());
        }
        let out_of_use = self.out_of_use(cited).await?;
        let gone: BTreeSet<Uuid> = cited
            .iter()
            .filter(|(_, document)| out_of_use.contains(&document.as_uuid()))
            .map(|(source, _)| source.as_uuid())
            .collect();
        let left = self.sources_left(gone).await?;
        let change = |source: &SourceId| match left.contains(&source.as_uuid()) {
            true => SourceChange::Changed,
            false => SourceChange::Removed,
        };
        let changed = cited.iter().filter(|(_, document)| out_of_use.contains(&document.as_uuid()));
        Ok(changed.map(|(source, document)| (*document, change(source))).collect())
    }

    async fn out_of_use(&self, cited: &[(SourceId, DocumentId)]) -> Result<BTreeSet<Uuid>, StoreError> {
        let documents: BTreeSet<Uuid> = cited.iter().map(|(_, document)| document.as_uuid()).collect();
        let documents: Vec<_> = documents.iter().map(|id| id.simple().to_string()).collect();
        let values = vec![json_rows(&documents)?.into(), self.owner().into()];
        let rows = self.reader().query_all_raw(OUT_OF_USE.with(self.reader(), values)).await?;
        rows.iter().map(|row| Ok(row.try_get("", "document_id")?)).collect()
    }

    async fn sources_left(&self, sources: BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, StoreError> {
        if sources.is_empty() {
            return Ok(sources);
        }
        let select = self.find::<source::Entity>().filter(source::Column::SourceId.is_in(sources));
        let ids = select.select_only().column(source::Column::SourceId).into_tuple();
        let ids: Vec<Uuid> = ids.all(self.reader()).await?;
        Ok(ids.into_iter().collect())
    }
}
