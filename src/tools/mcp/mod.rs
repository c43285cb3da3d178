//! Servers of the Model Context Protocol, as a client of its transport "Streamable HTTP": the list of tools, and their
//! calls. Nothing else is announced, so servers ask us nothing.
//!
//! Up to revision 2025-11-25 a session begins with a handshake. From 2026-07-28 on there is none, and every request says
//! what the handshake said. The handshake is tried first, since servers of both kinds are many and servers that know both
//! take it; one that refuses it is asked without.

mod connection;
mod message;
mod session;

pub(super) use connection::Connection;
pub(super) use message::McpTool;
