//! Sessions that wake, many at a time.
//!
//! When another process has died, thousands of conversations come here at once. Whoever comes while the store is being
//! asked for others waits, and is asked for together with all who wait: for many sessions the store does little more than
//! for one, and those who never left still find it and the processor free.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aihio_actors::ports::{Waking, Woken};
use tokio::sync::oneshot;

use super::super::patience::Patience;
use super::super::{Store, StoreError};

/// Sessions that the store is asked for at once.
const TOGETHER_MAX: usize = 32;
/// How long others gather before the store is asked again.
const GATHERING: Duration = Duration::from_millis(5);

/// Who waits to be woken.
#[derive(Debug, Default)]
pub(in crate::store) struct WakingRoom {
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Sleeper>,
    asking: Asking,
}

/// Whether somebody asks the store for those who wait.
#[derive(Debug, Default, PartialEq, Eq)]
enum Asking {
    #[default]
    Nobody,
    Somebody,
}

#[derive(Debug)]
struct Sleeper {
    waking: Waking,
    answer: oneshot::Sender<Result<Option<Woken>, StoreError>>,
}

impl WakingRoom {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// The next to wake, each session once: of two lives of a session each has to own it anew.
    fn next(&mut self) -> Vec<Sleeper> {
        let (mut sessions, mut next, mut later) = (HashSet::new(), Vec::new(), Vec::new());
        while next.len() < TOGETHER_MAX
            && let Some(sleeper) = self.waiting.pop_front()
        {
            let place = if sessions.insert(sleeper.waking.session) { &mut next } else { &mut later };
            place.push(sleeper);
        }
        for sleeper in later.into_iter().rev() {
            self.waiting.push_front(sleeper);
        }
        next
    }
}

impl Store {
    /// All that the session needs to go on.
    pub(super) async fn wake_session(&self, waking: Waking) -> Result<Option<Woken>, StoreError> {
        let (answer, woken) = oneshot::channel();
        let begins = {
            let mut queue = self.waking_room().queue();
            queue.waiting.push_back(Sleeper { waking, answer });
            std::mem::replace(&mut queue.asking, Asking::Somebody) == Asking::Nobody
        };
        if begins {
            // On its own, lest the others go unanswered when whoever came first has gone.
            tokio::spawn(Turn(self.clone()).take());
        }
        woken.await.unwrap_or(Err(StoreError::GivenUp))
    }
}

/// The turn at asking.
struct Turn(Store);

impl Turn {
    async fn take(self) {
        while let Some(sleepers) = self.next() {
            // Apart, so that a panic is theirs alone and the turn goes on.
            let _ = tokio::spawn(wake(self.0.clone(), sleepers)).await;
            tokio::time::sleep(GATHERING).await;
        }
    }

    /// The next to wake. Where nobody waits the turn ends under the same lock, so that nobody waits in vain.
    fn next(&self) -> Option<Vec<Sleeper>> {
        let mut queue = self.0.waking_room().queue();
        let next = queue.next();
        if next.is_empty() {
            queue.asking = Asking::Nobody;
            return None;
        }
        Some(next)
    }
}

async fn wake(store: Store, sleepers: Vec<Sleeper>) {
    let wakings: Vec<Waking> = sleepers.iter().map(|sleeper| sleeper.waking).collect();
    let read = tokio::time::timeout(Patience::Visitor.lasts(), store.read_woken(&wakings)).await;
    let mut woken = match read.unwrap_or(Err(StoreError::Silent(Patience::Visitor.lasts()))) {
        Ok(woken) => woken,
        Err(error) => {
            let error = Arc::new(error);
            for sleeper in sleepers {
                let _ = sleeper.answer.send(Err(StoreError::Together(Arc::clone(&error))));
            }
            return;
        }
    };
    for Sleeper { waking, answer } in sleepers {
        // It may have gone meanwhile.
        let _ = answer.send(woken.remove(&waking.session).transpose());
    }
}
