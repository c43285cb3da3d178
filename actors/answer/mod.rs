//! From passages to words: answers quoted from the sources, prompts for models, and the citations of both.
//! Pure: text in, text out.

mod cue;
mod evidence;
mod extractive;
mod quote;

pub use evidence::evidence;
pub use extractive::{ExtractiveAnswer, extract};
