//! Files on their way in.

pub(super) mod create;
pub(super) mod receive;
