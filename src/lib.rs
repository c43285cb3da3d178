//! aihio: an AI chatbot platform in one binary.

pub mod app;
pub mod blobs;
pub mod cache;
pub mod command;
pub mod demo;
pub mod extract;
pub mod settings;
pub mod telemetry;
