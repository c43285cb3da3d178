//! The pages of a site.

pub(in crate::http) mod exclude;
pub(in crate::http) mod list;
pub(in crate::http) mod restore;
mod view;
