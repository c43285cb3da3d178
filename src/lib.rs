//! The service around the engine: everything that touches the world.

pub mod auth;
pub mod error;
pub mod limits;
