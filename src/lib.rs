//! aihio
pub mod extract;
