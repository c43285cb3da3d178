//! A recorded life, read back and lived again.

use aihio_actors::chatbot::session::replay::{Frame, Happening, RECORDING_VERSION, Replay};
use aihio_actors::model::{Seq, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::line;
use crate::store::RecordedRow;

/// What a row's payload holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Payload<H> {
    pub(super) happening: H,
    pub(super) frames: Vec<String>,
}

/// Why a recording can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// A later program wrote it.
    #[error("it was recorded by a newer version of aihio (layout {found}, this one knows up to {known})")]
    Newer {
        /// The layout that was found.
        found: u16,
        /// The newest that is known.
        known: u16,
    },
    /// A step is no step.
    #[error("step {nth} of the life {life} is damaged: {reason}")]
    Damaged {
        /// Which life.
        life: Uuid,
        /// Which step.
        nth: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// One life of a session, as it was recorded.
#[derive(Debug)]
pub struct RecordedLife {
    /// Which session.
    pub session_id: SessionId,
    /// Which life.
    pub life: Uuid,
    steps: Vec<RecordedMoment>,
}

#[derive(Debug)]
struct RecordedMoment {
    nth: u64,
    at: Timestamp,
    happening: Happening,
    frames: Vec<String>,
}

/// Reads rows, which stand in order, as lives.
///
/// # Errors
/// When a row can't be understood.
pub fn lives(rows: Vec<RecordedRow>) -> Result<Vec<RecordedLife>, Unreadable> {
    let mut lives: Vec<RecordedLife> = Vec::new();
    for row in rows {
        let (session_id, life) = (row.session_id, row.life);
        let moment = moment(row)?;
        match lives.last_mut().filter(|last| last.life == life) {
            Some(last) => last.steps.push(moment),
            None => lives.push(RecordedLife { session_id, life, steps: vec![moment] }),
        }
    }
    Ok(lives)
}

fn moment(row: RecordedRow) -> Result<RecordedMoment, Unreadable> {
    if row.version > RECORDING_VERSION {
        return Err(Unreadable::Newer { found: row.version, known: RECORDING_VERSION });
    }
    let damaged = |error: serde_json::Error| Unreadable::Damaged {
        life: row.life,
        nth: row.nth,
        reason: error.to_string(),
    };
    let payload: Payload<Happening> = serde_json::from_str(&row.payload).map_err(damaged)?;
    Ok(RecordedMoment { nth: row.nth, at: row.at, happening: payload.happening, frames: payload.frames })
}

/// A step that was lived again.
#[derive(Debug)]
pub struct Lived {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub happening: Happening,
    /// What was handed out for it this time, and the lines of that.
    pub frames: Vec<(Frame, String)>,
}

/// A life that was lived again, as far as it goes.
#[derive(Debug)]
pub struct Relived {
    /// Its steps, up to the flaw, if there is one.
    pub steps: Vec<Lived>,
    /// Why it can't be told to be the same.
    pub flaw: Option<Flaw>,
    /// The last durable position that it reached.
    pub seq: Seq,
    /// Whether the recording says how the life ended. One that doesn't breaks off with the process or with the writing.
    pub ended: bool,
}

impl Relived {
    /// How many frames were handed out.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.steps.iter().map(|step| step.frames.len()).sum()
    }
}

/// Why a life can't be told to be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// Steps are missing from this one on: they could not be recorded, or were forgotten.
    Hole(u64),
    /// Something else was handed out.
    Difference(Box<Difference>),
}

/// The first frame that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The step.
    pub nth: u64,
    /// The frame's place among those of the step, from 0.
    pub frame: usize,
    /// The line that was recorded, if there was one.
    pub recorded: Option<String>,
    /// The line that was handed out now, if there was one.
    pub replayed: Option<String>,
}

/// Lives a life again and compares what it hands out, byte by byte.
#[must_use]
pub fn relive(recorded: RecordedLife) -> Relived {
    let mut relived = Relived { steps: Vec::new(), flaw: None, seq: Seq::START, ended: false };
    let mut replay: Option<Replay> = None;
    for (expected, moment) in (0_u64..).zip(recorded.steps) {
        let RecordedMoment { nth, at, happening, frames } = moment;
        let handed_out = match (&happening, &mut replay) {
            _ if nth != expected => None,
            (Happening::Hole, _) => None,
            (Happening::Began(beginning), None) => {
                replay = Some(Replay::begin((**beginning).clone()));
                Some(Vec::new())
            }
            (_, None) => None,
            (_, Some(replay)) => Some(replay.live(happening.clone(), at)),
        };
        let Some(handed_out) = handed_out else {
            relived.flaw = Some(Flaw::Hole(expected));
            return relived;
        };
        relived.ended |= matches!(happening, Happening::Ended);
        relived.seq = replay.as_ref().map_or(relived.seq, |replay| replay.state().seq());
        let lines = handed_out.into_iter().map(|frame| {
            let line = line(recorded.session_id, &frame);
            (frame, line)
        });
        let lived = Lived { at, happening, frames: lines.collect() };
        let difference = difference(nth, frames, &lived.frames);
        relived.steps.push(lived);
        if let Some(difference) = difference {
            relived.flaw = Some(Flaw::Difference(Box::new(difference)));
            return relived;
        }
    }
    relived
}

fn difference(nth: u64, recorded: Vec<String>, replayed: &[(Frame, String)]) -> Option<Difference> {
    let count = recorded.len().max(replayed.len());
    let mut recorded = recorded.into_iter();
    let mut replayed = replayed.iter().map(|(_, line)| line);
    (0..count).find_map(|frame| {
        let (recorded, replayed) = (recorded.next(), replayed.next());
        (recorded.as_ref() != replayed).then(|| Difference {
            nth,
            frame,
            recorded,
            replayed: replayed.cloned(),
        })
    })
}

#[cfg(test)]
mod tests;
