//! Trying a chatbot before visitors do: its owner's questions are put to one configuration or two, over the same
//! knowledge, and the answers are held against the facts that they must hold. Nothing of it is part of a conversation, but each answer is counted and
//! takes a credit like one that a visitor gets.

mod answer;
mod judgement;
mod meter;
mod run;

pub use answer::{Answer, ask};
pub use judgement::{Change, Judgement};
pub use meter::Meter;
pub use run::{Bench, Evaluation, Item, Side, Tally, evaluate};
