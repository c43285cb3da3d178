//! Writes down a session's life as it goes, so that it can be lived again.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::outlet::Responder;
use super::replay::{Beginning, Frame, Happening, frames, welcome_frames};
use super::state::{CommandId, Effect, Input, SessionState};
use crate::model::{Event, Publication, Seq, SessionMeta, Timestamp};
use crate::ports::{Clock, Ports, RecordedStep, Recordings};

/// Writes down one life. It never waits: where there is no room, the rest of the life is left out, and the recording
/// says from where on.
pub(super) struct Recorder {
    recordings: Arc<dyn Recordings>,
    clock: Arc<dyn Clock>,
    meta: SessionMeta,
    life: Uuid,
    nth: u64,
    extent: Extent,
}

/// How much of the life is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All so far.
    Whole,
    /// Not all, and nothing says so yet.
    Broken,
    /// Not all, as is written.
    BrokenAsTold,
}

impl Recorder {
    /// Begins to write a life down, where that is wanted.
    pub(super) fn begin(ports: &Ports, beginning: &Beginning) -> Option<Self> {
        let recordings = Arc::clone(ports.recordings.as_ref()?);
        let (clock, at) = (Arc::clone(&ports.clock), ports.clock.now());
        let (meta, life) = (beginning.meta.clone(), ports.dice.id(at));
        let mut recorder = Self { recordings, clock, meta, life, nth: 0, extent: Extent::Whole };
        recorder.write(at, Happening::Began(Box::new(beginning.clone())), Vec::new());
        Some(recorder)
    }

    /// Writes down an input and what follows from it. `responders` are those who wait for an answer.
    pub(super) fn took(
        &mut self,
        input: Input,
        at: Timestamp,
        effects: &[Effect],
        responders: &HashMap<CommandId, Responder>,
    ) {
        let number = |id| responders.get(&id).and_then(Responder::number);
        let asked = if let Input::Command { id, .. } = &input { number(*id) } else { None };
        let frames = frames(effects, |id| number(id).unwrap_or(0));
        self.write(at, Happening::Took { input, number: asked }, frames);
    }

    /// Writes down what a listener got when it was attached; `after` where it was to get all after that position.
    pub(super) fn attached(
        &mut self,
        after: Option<Seq>,
        stored: Vec<Event>,
        missed: &[Arc<Publication>],
        state: &SessionState,
    ) {
        let frames = welcome_frames(state, missed);
        self.write(self.clock.now(), Happening::Attached { after, stored }, frames);
    }

    fn write(&mut self, at: Timestamp, happening: Happening, frames: Vec<Frame>) {
        let (happening, frames) = match self.extent {
            Extent::Whole => (happening, frames),
            Extent::Broken => (Happening::Hole, Vec::new()),
            Extent::BrokenAsTold => return,
        };
        let step = RecordedStep {
            session_id: self.meta.session_id,
            account_id: self.meta.account_id,
            chatbot_id: self.meta.chatbot_id,
            life: self.life,
            nth: self.nth,
            at,
            happening,
            frames,
        };
        self.extent = match (self.recordings.take(step), self.extent) {
            (Ok(()), Extent::Whole) => {
                self.nth += 1;
                Extent::Whole
            }
            (Ok(()), _) => Extent::BrokenAsTold,
            (Err(_), _) => Extent::Broken,
        };
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.write(self.clock.now(), Happening::Ended, Vec::new());
    }
}
