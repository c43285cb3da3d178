//! Tools of chatbots: operations of HTTP interfaces that OpenAPI describes, and tools of servers that speak the Model
//! Context Protocol.
//!
//! What owners name is called and nothing else. Every request passes the guard of [`crawl`](crate::crawl), so that no
//! description and no model leads into our own network, and redirects are not followed. What a model writes is held
//! against the tool's schema first. Secrets are put into headers at the last moment and taken out of whatever comes back.

mod arguments;
mod catalogue;
mod exchange;
mod headers;
mod inspection;
mod mcp;
mod naming;
mod openapi;
mod shelf;
mod toolbox;

pub use headers::{Secrets, is_free_header};
pub use inspection::{FoundTool, Inspected};
pub use naming::is_source_name;
pub use openapi::{DocumentFault, check as check_document};
pub use shelf::ToolShelf;
