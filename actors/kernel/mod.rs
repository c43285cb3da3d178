//! What every actor uses: how it ends, how it is restarted, how it is told things, how it is seen. Not an actor.
//!
//! actix ends an actor whose handler panics, leaves its siblings alone, and restarts nothing. Supervision in the
//! sense of OTP is built here: a child holds a [`Life`] whose drop reports to the parent how it ended, the parent
//! keeps its children in a [`Children`] table and asks a [`RestartPolicy`] what to do, and everybody alive stands
//! in the [`Census`].

mod census;
mod children;
mod exit;
#[cfg(feature = "faults")]
pub mod mutant;
mod rate;
mod restart;
mod start;
mod tell;
#[cfg(any(test, feature = "faults"))]
pub mod testing;

pub use census::{ActorKey, ActorKind, Census, KindCount, Tree, Vital, VitalState};
pub use children::{Child, Children};
pub use exit::{Birth, ChildDown, ExitReason, Generation, Leave, Life};
pub use rate::{Pace, Refill, TokenBucket};
pub use restart::{Restart, RestartHistory, RestartPolicy, Verdict};
pub use start::{start_here, start_on};
pub use tell::{Mailbox, Undelivered, deliver, report};
