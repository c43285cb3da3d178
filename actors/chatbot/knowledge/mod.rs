//! What a chatbot knows, in a form that can be searched. No actor: immutable values that the chatbot publishes
//! and every turn reads.
//!
//! A document is [`split`] into passages; an [`Index`] over them finds the passages that share rare terms with
//! a question. Ranking is Okapi BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
//! Beyond", 2009) with the inverse document frequency that can't be negative; the variants differ less from one
//! another than their stemmers and stop words do (Kamphuis and others, "Which BM25 Do You Mean?", 2020; Lù,
//! "BM25S", 2024). Titles count as a weak field, the idea of BM25F (Robertson, Zaragoza and Taylor, 2004).

mod best;
mod closeness;
mod duplicates;
mod fusion;
mod index;
mod index_builder;
mod language;
mod postings;
mod qa;
mod query;
mod search;
mod sentence;
mod split;
mod stop_words;
#[cfg(test)]
mod testing;
mod tokenize;
mod tongues;
mod vectors;

pub use fusion::Fusion;
pub use index::Index;
pub use language::Language;
pub use postings::ChunkNumber;
pub use qa::{QaPair, qa_pairs, qa_question, qa_text};
pub use query::Query;
pub use search::DEPTH;
pub use sentence::sentences;
pub use split::split;
pub use tokenize::Analyzer;
pub use vectors::{Vectors, VectorsBuilder};
