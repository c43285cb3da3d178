//! What survives the schedule's life: when each task was done last, by this process or one that shares the store. Losing
//! it makes tasks run early, which all of them bear.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::state::{ScheduleState, Task};
use crate::model::Timestamp;
use crate::ports::{Snapshot, SnapshotKey};

const VERSION: u16 = 1;

#[derive(Serialize, Deserialize)]
struct Version1 {
    rolled_up: Option<Timestamp>,
    partitions_prepared: Option<Timestamp>,
}

pub(super) const KEY: SnapshotKey = SnapshotKey { kind: "schedule", id: Uuid::nil() };

pub(super) fn encode(state: &ScheduleState) -> Result<Snapshot, serde_json::Error> {
    let layout = Version1 {
        rolled_up: state.done(Task::RollUpUsage),
        partitions_prepared: state.done(Task::PreparePartitions),
    };
    let seq = layout.rolled_up.map_or(0, |at| u64::try_from(at.timestamp_millis()).unwrap_or(0));
    Ok(Snapshot { version: VERSION, seq, bytes: Bytes::from(serde_json::to_vec(&layout)?) })
}

pub(super) fn restore(state: &mut ScheduleState, snapshot: &Snapshot) {
    if snapshot.version != VERSION {
        return;
    }
    if let Ok(layout) = serde_json::from_slice::<Version1>(&snapshot.bytes) {
        let done =
            [(Task::RollUpUsage, layout.rolled_up), (Task::PreparePartitions, layout.partitions_prepared)];
        for (task, at) in done {
            if let Some(at) = at.filter(|at| state.done(task).is_none_or(|known| known < *at)) {
                state.set_done(task, at);
            }
        }
    }
}
