//! What became of versions that were cited.

use std::collections::BTreeMap;

use aihio::store::SourceChange;
use aihio_actors::model::DocumentId;
use aihio_actors::ports::Knowledge;

use super::fixture::{chatbot, id, source, tenant};
use super::knowledge::reading;
use crate::support::store::TestStore;

on_both!(a_version_is_outdated_once_it_is_replaced_or_gone);

async fn a_version_is_outdated_once_it_is_replaced_or_gone(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let ((kept, _), (changed, _), (removed, _)) =
        (source(&tenant, bot).await, source(&tenant, bot).await, source(&tenant, bot).await);
    let mut cited = Vec::new();
    for source_id in [kept, changed, removed] {
        let version = reading(&tenant, bot, source_id, "one\ntwo\n");
        cited.push((source_id, version.document.document_id));
        store.replace(version).await.unwrap();
    }
    assert_eq!(tenant.changed_since(&cited).await.unwrap(), BTreeMap::new());
    store.replace(reading(&tenant, bot, changed, "three\n")).await.unwrap();
    tenant.delete_source(removed).await.unwrap();
    let expected = BTreeMap::from([(cited[1].1, SourceChange::Changed), (cited[2].1, SourceChange::Removed)]);
    assert_eq!(tenant.changed_since(&cited).await.unwrap(), expected);
    let unknown = (kept, DocumentId::from_uuid(id()));
    assert_eq!(tenant.changed_since(&[unknown]).await.unwrap().len(), 1);
    assert_eq!(tenant.changed_since(&[]).await.unwrap(), BTreeMap::new());
}
