//! aihio: the parts that touch the world. The engine is the crate `aihio_actors`.

pub mod auth;
pub mod blobs;
pub mod crawl;
pub mod error;
pub mod extract;
pub mod http;
pub mod limits;
pub mod model_provider;
#[cfg(test)]
mod scripted_server;
pub mod store;
