//! What the black-box tests are written with: a real server in a process of its own, people and programs that talk
//! to it, and the outside world it talks to. Nothing here knows the server's code, but for `store`, on which the
//! contract of the stores is tested.

pub mod api;
pub mod attached;
pub mod browser;
pub mod dialect;
mod folder;
pub mod insistent;
pub mod model;
pub mod object_store;
pub mod patience;
pub mod postgres;
pub mod program;
pub mod proxy;
pub mod published;
pub mod redis;
pub mod replay;
pub mod server;
pub mod shop;
pub mod site;
pub mod store;
pub mod stub;
pub mod tools;
pub mod visitor;
pub mod wire;

pub use folder::Folder;
