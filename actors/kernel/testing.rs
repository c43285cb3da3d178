//! A world that does as it is told, for tests of the engine: time that only moves when everybody waits, chance that can
//! be repeated, a store that can be slow, broken or written by somebody else, and models that speak on command.

mod chance;
mod credits;
mod documents;
mod history;
mod jobs;
mod model;
mod nodes;
mod pages;
mod recordings;
mod sabotage;
mod store;
mod store_view;
mod switch;
mod tools;
mod vectors;
mod world;

pub use chance::{SeededDice, VirtualClock};
pub use documents::{ScriptedCrawler, ScriptedExtractor};
pub use model::{ScriptedModel, Voice};
pub use nodes::{LEASE, Nodes, ScriptedNode};
pub use pages::{KeptPage, MemoryPages};
pub use recordings::MemoryRecordings;
pub use sabotage::Sabotage;
pub(crate) use sabotage::break_on_demand;
pub use store::MemoryStore;
pub use store_view::StoreView;
pub use switch::{Condition, Switch};
pub use tools::ScriptedTools;
pub use vectors::{MemoryVectors, ScriptedEmbedder};
pub use world::{TestEngine, World};
