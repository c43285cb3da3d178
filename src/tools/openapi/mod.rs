//! Operations of HTTP interfaces as OpenAPI (3.0 and 3.1) describes them.

mod document;
mod operation;
mod request;
mod schema;

pub(super) use document::Api;
pub use document::{DocumentFault, check};
pub(super) use operation::Operation;
