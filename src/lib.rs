//! aihio
pub mod blobs;
pub mod crawl;
pub mod extract;
#[cfg(test)]
mod scripted_server;
