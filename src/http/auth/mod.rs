//! Signing up, in and out.

mod cookie;
pub mod login;
pub mod logout;
pub mod me;
pub mod register;
