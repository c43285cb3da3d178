//! The machine's own clock and chance.

use aihio_actors::model::Timestamp;
use aihio_actors::ports::{Clock, Dice};

/// The machine's clock, in whole microseconds: what every store keeps, so that a time reads back as it was.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
    fn now(&self) -> Timestamp {
        chrono::SubsecRound::trunc_subsecs(chrono::Utc::now(), 6)
    }
}

/// The machine's random numbers: a generator a thread, seeded by the system, fit for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDice;

impl Dice for SystemDice {
    #[expect(clippy::disallowed_methods, reason = "the one place where chance comes from")]
    fn next_u64(&self) -> u64 {
        rand::Rng::next_u64(&mut rand::rng())
    }
}
