//! The engine of aihio. Everything with a life of its own is an actor; the folders show who supervises whom:
//!
//! ```text
//! supervisor                the root: finds or starts, restarts, isolates
//! ├── chatbot               one a live chatbot: published configuration and index, admission of sessions
//! │   └── session           one a conversation: the single writer of its history
//! ├── billing               one a billing account: plan, credits, lease
//! ├── ingestion             one a job: fetch, extract, split, index
//! ├── journal               one a serving thread: group commit to the store
//! ├── exchange              the way to sessions of other processes
//! └── schedule              roll-ups, partitions, jobs that nobody runs
//! ```
//!
//! Not actors: [`kernel`] (what every actor uses), [`ports`] (what the engine needs from the world), [`model`] (the
//! words of the product), [`answer`] (from a question to its answer), [`chatbot::knowledge`] (finding passages) and
//! [`embedding`] (vectors of texts without a network).

pub mod answer;
pub mod billing;
pub mod chatbot;
pub mod embedding;
pub mod engine;
pub mod exchange;
pub mod ingestion;
pub mod journal;
pub mod kernel;
pub mod limits;
pub mod model;
pub mod ports;
pub mod schedule;
pub mod supervisor;
#[cfg(test)]
mod tests;

pub use engine::{Engine, EngineMetrics};
pub use limits::Limits;
