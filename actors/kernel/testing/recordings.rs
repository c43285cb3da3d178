//! Recordings in memory, and the proof that they can be lived again.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use uuid::Uuid;

use crate::chatbot::session::replay::{Happening, Replay};
use crate::ports::{RecordedStep, Recordings, RecordingsFull};

/// All steps of all lives, up to a bound.
#[derive(Debug)]
pub struct MemoryRecordings {
    room: Mutex<usize>,
    steps: Mutex<Vec<RecordedStep>>,
}

impl MemoryRecordings {
    /// Nothing recorded yet, and room for everything.
    #[must_use]
    pub const fn new() -> Self {
        Self { room: Mutex::new(usize::MAX), steps: Mutex::new(Vec::new()) }
    }

    /// Takes that many more steps and then none.
    pub fn leave_room_for(&self, steps: usize) {
        *lock(&self.room) = steps;
    }

    /// Each life's steps, in order.
    #[must_use]
    pub fn lives(&self) -> Vec<Vec<RecordedStep>> {
        let mut lives = BTreeMap::<Uuid, Vec<RecordedStep>>::new();
        for step in lock(&self.steps).iter() {
            lives.entry(step.life).or_default().push(step.clone());
        }
        lives.into_values().collect()
    }

    /// Lives every life again, from what a store would keep of it, and compares what is handed out.
    ///
    /// # Panics
    /// When a life has a hole that it does not admit, or hands out something else.
    pub fn prove(&self) {
        self.lives().iter().for_each(|steps| prove(steps));
    }
}

impl Default for MemoryRecordings {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Recordings for MemoryRecordings {
    fn take(&self, step: RecordedStep) -> Result<(), RecordingsFull> {
        let mut room = lock(&self.room);
        *room = room.checked_sub(1).ok_or(RecordingsFull)?;
        lock(&self.steps).push(step);
        Ok(())
    }

    async fn flush(&self) {}
}

fn prove(steps: &[RecordedStep]) {
    let mut replay: Option<Replay> = None;
    for (nth, step) in (0_u64..).zip(steps) {
        assert_eq!(step.nth, nth, "a life is recorded without a hole that it does not admit");
        let again = match (stored(&step.happening), &mut replay) {
            (Happening::Began(beginning), _) => {
                replay = Some(Replay::begin(*beginning));
                Vec::new()
            }
            (happening, Some(replay)) => replay.live(happening, step.at),
            (happening, None) => {
                assert!(matches!(happening, Happening::Hole), "a life begins with its beginning");
                Vec::new()
            }
        };
        assert_eq!(again, step.frames, "step {nth} hands out the same again: {:?}", step.happening);
    }
}

/// The happening as it reads back from a store.
fn stored(happening: &Happening) -> Happening {
    let text = serde_json::to_string(happening).unwrap_or_default();
    let read = serde_json::from_str(&text);
    assert!(read.is_ok(), "it does not read back: {text}");
    read.unwrap_or(Happening::Hole)
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
