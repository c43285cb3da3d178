//! Files on their way in.

pub mod create;
pub mod receive;
