//! The visitor socket, frame by frame.

mod agents;
mod commands;
mod configuration;
mod connecting;
mod conversation;
mod frames;
mod recovery;
mod server_sent_events;
mod suggestions;
