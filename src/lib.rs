//! aihio: the parts that touch the world. The engine is the crate `aihio_actors`.

pub mod auth;
pub mod error;
pub mod http;
pub mod limits;
pub mod store;
