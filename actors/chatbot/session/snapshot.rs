//! What survives a session's life: nothing that was acknowledged is lost, since the journal has it; the snapshot
//! spares reading the whole history again.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::state::Memory;
use super::transcript::Known;
use crate::model::{AgentName, MessageId, Phase, Seq, SessionId};
use crate::ports::{Snapshot, SnapshotKey};

const VERSION: u16 = 1;

#[derive(Serialize, Deserialize)]
struct Version1 {
    phase: Phase,
    agent: Option<AgentName>,
    known: Vec<(u64, u64, Uuid)>,
    unanswered: Vec<(Uuid, String)>,
}

/// A snapshot that can't be used. The session is rebuilt from the journal alone.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It was written by a newer version of the program.
    #[error("snapshot version {0} is not known")]
    UnknownVersion(u16),
    /// Its bytes are damaged.
    #[error("the snapshot can't be read")]
    Damaged(#[from] serde_json::Error),
}

/// Where a session's snapshot lies.
pub(crate) fn key(session: SessionId) -> SnapshotKey {
    SnapshotKey { kind: "session", id: session.as_uuid() }
}

/// A memory as bytes.
///
/// # Errors
/// Never in fact: every memory has a form in JSON.
pub fn encode(memory: &Memory) -> Result<Snapshot, SnapshotError> {
    let layout = Version1 {
        phase: memory.phase,
        agent: memory.agent.clone(),
        known: memory
            .known
            .iter()
            .map(|&(fingerprint, known)| (fingerprint, known.seq.0, known.message_id.as_uuid()))
            .collect(),
        unanswered: memory.unanswered.iter().map(|(id, text)| (id.as_uuid(), text.clone())).collect(),
    };
    let bytes = Bytes::from(serde_json::to_vec(&layout)?);
    Ok(Snapshot { version: VERSION, seq: memory.seq.0, bytes })
}

/// The memory that lies in a snapshot.
///
/// # Errors
/// When a newer version of the program wrote it, or its bytes are damaged.
pub fn decode(snapshot: &Snapshot) -> Result<Memory, SnapshotError> {
    match snapshot.version {
        VERSION => {
            let layout: Version1 = serde_json::from_slice(&snapshot.bytes)?;
            let known = |(fingerprint, seq, id)| {
                (fingerprint, Known { seq: Seq(seq), message_id: MessageId::from_uuid(id) })
            };
            let question = |(id, text)| (MessageId::from_uuid(id), text);
            Ok(Memory {
                seq: Seq(snapshot.seq),
                phase: layout.phase,
                agent: layout.agent,
                known: layout.known.into_iter().map(known).collect(),
                unanswered: layout.unanswered.into_iter().map(question).collect(),
            })
        }
        unknown => Err(SnapshotError::UnknownVersion(unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Memory {
        let known = Known { seq: Seq(3), message_id: MessageId::from_uuid(Uuid::from_u128(5)) };
        Memory {
            seq: Seq(4),
            phase: Phase::Waiting,
            agent: None,
            known: vec![(u64::MAX, known)],
            unanswered: vec![(MessageId::from_uuid(Uuid::from_u128(6)), "why?".into())],
        }
    }

    #[test]
    fn a_memory_reads_back_as_it_was() {
        let snapshot = encode(&memory()).unwrap();
        assert_eq!(decode(&snapshot).unwrap(), memory());
    }

    #[test]
    fn a_future_or_damaged_snapshot_is_an_error_and_no_panic() {
        let snapshot = encode(&memory()).unwrap();
        let future = Snapshot { version: 99, ..snapshot.clone() };
        assert!(matches!(decode(&future), Err(SnapshotError::UnknownVersion(99))));
        let damaged = Snapshot { bytes: snapshot.bytes.slice(..5), ..snapshot };
        assert!(matches!(decode(&damaged), Err(SnapshotError::Damaged(_))));
    }
}
