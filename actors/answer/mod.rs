//! From passages to words: answers quoted from the sources, prompts for models, and the citations of both.
//! Pure: text in, text out.

mod ask;
mod citation;
mod cue;
mod curated;
mod evidence;
mod extractive;
mod follow_up;
mod list;
mod pieces;
mod prompt;
mod quote;
mod rounds;
mod section;
mod suggest;
mod write;

pub use citation::{cite, literal};
pub use curated::curated;
pub use evidence::evidence;
pub use extractive::{ExtractiveAnswer, extract};
pub use pieces::pieces;
pub use prompt::{Prompt, prompt, prompt_with_tools};
pub use rounds::OfferedTools;
pub use write::{AnswerTask, write_answer};

use crate::model::{Chunk, Citation};

/// Whether a citation may be of this passage.
fn quotes(citation: &Citation, passage: &Chunk) -> bool {
    citation.source_id == passage.source_id && passage.text.contains(&citation.quote)
}
