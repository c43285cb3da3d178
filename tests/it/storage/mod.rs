//! Uploads in an object store.

mod doctor;
mod files;
mod parts;
mod signature;
mod sweep;
