//! Files on their way in.

pub(super) mod abort;
pub(super) mod complete;
pub(super) mod create;
pub(super) mod parts;
pub(super) mod receive;
