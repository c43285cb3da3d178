//! Questions and answers over plain HTTP.

pub(super) mod ask;
mod body;
mod exchange;
mod ui_stream;

pub(crate) use exchange::{Exchange, Outcome, Question, Step};
