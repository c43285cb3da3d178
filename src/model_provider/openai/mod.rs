//! Chat completions as OpenAI defined them. Servers that speak them differ in what they leave out.

mod body;
mod chunk;

pub(super) use body::Body;
pub(super) use chunk::read;
