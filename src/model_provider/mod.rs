//! Models behind an address: any endpoint that speaks OpenAI's chat completions (OpenAI itself, Azure, Ollama, vLLM,
//! llama.cpp and many more) or Anthropic's Messages API. They differ in what they leave out, so reading is patient with
//! missing fields and strict with time, size and what does not parse.

mod anthropic;
mod breaker;
mod calls;
mod endpoint;
mod fault;
mod metrics;
mod openai;
mod prices;
mod protocol;
mod provider;
mod providers;
mod reading;
mod retry;
mod settings;

pub use prices::{Price, Prices};
pub use protocol::Protocol;
pub use providers::ConfiguredProviders;
pub use settings::{AnswerTimeouts, ProviderSettings};
