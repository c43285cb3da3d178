//! The part of OpenAI's API that chat clients speak, with chatbots as models.
//!
//! Every request is a conversation of its own: the last user message is the question. Earlier messages and
//! sampling parameters are taken and not used, because a chatbot's answers rest on its sources and its own
//! configuration. Errors have OpenAI's shape.

mod chunk;
pub(super) mod completions;
pub(super) mod models;
mod request;
