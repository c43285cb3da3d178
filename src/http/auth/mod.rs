//! Signing up, in and out.

mod cookie;
pub(super) mod login;
pub(super) mod logout;
pub(super) mod me;
pub(super) mod register;
