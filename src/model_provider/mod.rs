//! Models behind any endpoint that speaks OpenAI's chat completions: OpenAI itself, Azure, Ollama, vLLM, llama.cpp
//! and many more. They differ in what they leave out, so reading is patient with missing fields and strict with
//! time, size and what does not parse.

mod body;
mod chunk;
mod openai;
mod providers;
mod reading;
mod retry;
mod settings;
mod sse;

pub use openai::OpenAiAnswerer;
pub use providers::ConfiguredProviders;
pub use settings::{AnswerTimeouts, ProviderSettings};
