//! aihio: an AI chatbot platform in one binary. Here are the parts that touch the world; the engine is the crate
//! `aihio_actors`.

pub mod app;
pub mod auth;
pub mod blobs;
pub mod cache;
pub mod command;
pub mod crawl;
pub mod demo;
pub mod embedding;
pub mod error;
pub mod evaluation;
mod event_stream;
pub mod extract;
pub mod http;
pub mod limits;
pub mod model_provider;
pub mod recording;
pub mod settings;
pub mod socket;
pub mod store;
pub mod system;
pub mod telemetry;
pub mod tools;
pub mod visitor;

#[cfg(test)]
mod scripted_server;
