//! What survives a job's life: its row says how far it is, and the text it had got is written down here.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::state::Text;
use crate::model::JobId;
use crate::ports::{Snapshot, SnapshotKey};

const VERSION: u16 = 1;

#[derive(Serialize, Deserialize)]
struct Version1 {
    title: String,
    url: Option<String>,
    text: String,
}

pub(super) const fn key(job: JobId) -> SnapshotKey {
    SnapshotKey { kind: "ingestion", id: job.as_uuid() }
}

pub(super) fn encode(text: &Text) -> Result<Snapshot, serde_json::Error> {
    let layout = Version1 { title: text.title.clone(), url: text.url.clone(), text: text.text.clone() };
    Ok(Snapshot { version: VERSION, seq: 0, bytes: Bytes::from(serde_json::to_vec(&layout)?) })
}

/// The text, or none where the snapshot is damaged or of another version: then it is got again.
pub(super) fn decode(snapshot: &Snapshot) -> Option<Text> {
    let layout: Version1 = match snapshot.version {
        VERSION => serde_json::from_slice(&snapshot.bytes).ok()?,
        _ => return None,
    };
    Some(Text { title: layout.title, url: layout.url, text: layout.text })
}
