//! What chatbots read.

pub(super) mod create;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod pages;
pub(super) mod read;
mod request;
mod site;
pub(super) mod sync;
pub(super) mod update;
mod view;
