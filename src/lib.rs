//! aihio: an AI chatbot platform in one binary.

pub mod blobs;
pub mod extract;
pub mod settings;
