//! What chatbots read.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod read;
mod request;
pub(super) mod sync;
mod view;
