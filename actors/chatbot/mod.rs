//! A chatbot and what it knows.

pub mod knowledge;
