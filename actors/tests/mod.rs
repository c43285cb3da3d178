//! Tests of the whole engine: real actors in a scripted world, on time that moves only when everybody waits.

mod sessions;
mod visitor;

use visitor::Guest;

use crate::kernel::testing::{TestEngine, World};
use crate::limits::Limits;

/// An engine with ordinary limits in a new world.
fn engine() -> TestEngine {
    World::new().start(Limits::default())
}
