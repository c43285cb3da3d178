//! Vectors of texts without a network and without a neural network: a model of static embeddings is a table with one
//! direction for each piece of a word, learned beforehand, and a text's vector is the mean of its pieces'. Pure functions
//! over the bytes of two files: the table (safetensors) and the tokenizer that cuts words into pieces (JSON).
//!
//! Such models are small (16 MB) and fast (some ten microseconds a passage), and weaker than models that read a text in
//! its order. They recognise other words for the same thing, and leave the rest to the words themselves.

mod pieces;
mod safetensors;
mod sentence_pieces;
mod static_model;
mod word_pieces;

pub use static_model::StaticModel;

/// Why a model's files can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelFlaw {
    /// The table is no safetensors file, or breaks off.
    #[error("the table of vectors is damaged: {0}")]
    Table(&'static str),
    /// The tokenizer is not the JSON that is expected.
    #[error("the tokenizer can't be read")]
    Tokenizer(#[from] serde_json::Error),
    /// The tokenizer is of a kind that is not supported.
    #[error("the tokenizer is of a kind that is not supported: {0}")]
    Unsupported(String),
}
