//! aihio
pub mod blobs;
pub mod crawl;
pub mod extract;
pub mod model_provider;
#[cfg(test)]
mod scripted_server;
