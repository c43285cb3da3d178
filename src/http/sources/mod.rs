//! What chatbots read.

pub mod create;
pub mod delete;
pub mod list;
pub mod read;
mod request;
pub mod sync;
mod view;
