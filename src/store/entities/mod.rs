//! The rows of the tables. They never leave the store: what goes out are the product's own types.

pub(super) mod account;
pub(super) mod api_key;
pub(super) mod audit_entry;
pub(super) mod chatbot;
pub(super) mod config_version;
pub(super) mod document;
pub(super) mod feedback;
pub(super) mod idempotency_key;
pub(super) mod job;
pub(super) mod lead;
pub(super) mod membership;
pub(super) mod message;
pub(super) mod receipt;
pub(super) mod server_secret;
pub(super) mod session;
pub(super) mod session_input;
pub(super) mod snapshot;
pub(super) mod source;
pub(super) mod source_page;
pub(super) mod subscription;
pub(super) mod upload;
pub(super) mod user;
