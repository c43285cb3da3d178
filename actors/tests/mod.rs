//! Tests of the whole engine: real actors in a scripted world, on time that moves only when everybody waits.

mod bounds;
mod credits;
mod embedding;
mod ingestion;
mod listeners;
mod nodes;
mod recording;
mod sessions;
mod shared_credits;
mod shutdown;
mod sites;
mod suggestions;
mod supervision;
mod tools;
mod unheard;
mod visitor;

use visitor::Guest;

use crate::kernel::testing::{TestEngine, World};
use crate::kernel::{ActorKind, Tree};
use crate::limits::Limits;

/// An engine with ordinary limits in a new world.
fn engine() -> TestEngine {
    World::new().start(Limits::default())
}

/// The only living actor of a kind.
fn the_only(engine: &TestEngine, kind: ActorKind) -> Tree {
    let mut living = engine.living(kind);
    assert_eq!(living.len(), 1, "there is one {kind:?}");
    living.remove(0)
}

/// Whether the only one of a kind lives for that time: 0 is the first.
fn is_in_generation(engine: &TestEngine, kind: ActorKind, generation: u32) -> bool {
    matches!(&engine.living(kind)[..], [tree] if tree.generation == generation)
}
