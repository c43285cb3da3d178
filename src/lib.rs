//! aihio: an AI chatbot platform in one binary.

pub mod settings;
