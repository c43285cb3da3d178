//! The visitor's socket: the Centrifugal client protocol over WebSocket, and server-sent events where there is none.
//!
//! A connection holds no conversation state: it translates, and applies its own rate limit. A reconnect loses nothing.

mod assembly;
mod close;
mod connection;
mod echo;
mod events;
mod frame;
mod greeting;
pub mod protocol;
mod shim;
mod websocket;

pub use close::Disconnect;
pub use echo::run_echo;
pub(crate) use events::listen_events;
pub(crate) use shim::open_socket;
