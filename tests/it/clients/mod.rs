//! Programs that others wrote and published, unmodified.

mod ai_sdk;
mod autobahn;
mod centrifugal;
mod mcp;
mod openai;
