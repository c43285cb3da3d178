//! Questions and answers over plain HTTP.

pub mod ask;
mod exchange;
mod ui_stream;

pub(crate) use exchange::{Exchange, Outcome, Question, Step};
