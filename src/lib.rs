//! aihio: the parts that touch the world. The engine is the crate `aihio_actors`.

pub mod cache;
pub mod store;
