//! What texts mean and how well they answer, by models: behind any endpoint that speaks OpenAI's embeddings, by a table of
//! static vectors on this machine, and by any endpoint that reranks as Cohere's, Jina's and those of inference servers do.

mod endpoint;
mod local;
mod openai;
mod rerank;

pub use endpoint::{EndpointSettings, EndpointTimeouts};
pub use local::{LocalEmbedder, LocalModelError};
pub use openai::{OpenAiEmbedder, TextPrefixes};
pub use rerank::EndpointReranker;
