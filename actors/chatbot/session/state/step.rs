//! What a session hears of an answer that is being made.

use serde::{Deserialize, Serialize};

use crate::model::{Citation, Receipt, Tokens};

/// How an answer goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerStep {
    /// More text.
    Piece(String),
    /// It is whole.
    Finished(Box<Finished>),
    /// It was whole before, and this is what may be asked next.
    Suggested(Suggested),
    /// It can't be given.
    Failed,
}

/// What comes with the end of an answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finished {
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// How it came about.
    pub receipt: Receipt,
}

/// What a visitor may ask after an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggested {
    /// The questions.
    pub questions: Vec<String>,
    /// What a model took for them.
    pub tokens: Tokens,
    /// What those tokens cost, in millionths of the money that the operator gives prices in.
    pub cost_micros: Option<u64>,
}
