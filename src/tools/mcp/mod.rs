//! Servers of the Model Context Protocol, as a client of its transport "Streamable HTTP" (revisions 2025-03-26 to
//! 2025-11-25): the handshake, the list of tools, and their calls. Nothing else is announced, so servers ask us nothing.

mod connection;
mod message;
mod session;

pub(super) use connection::Connection;
pub(super) use message::McpTool;
