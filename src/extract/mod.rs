//! Reads text out of uploaded and fetched bytes.
//!
//! What a document is, its content decides (`kind`); what its sender claims only breaks ties. Parsers of PDF and
//! HTML meet hostile input, so each document is parsed in a child process of its own (`child`, `worker`) that is
//! killed at a deadline and holds no secret. Where the running executable can't be such a worker (in unit tests),
//! the same code runs on a blocking thread behind `catch_unwind`.

mod child;
mod decode;
mod extractor;
mod html;
mod kind;
mod limits;
mod pdf;
mod reader;
mod signatures;
mod text;
mod wire;
mod worker;

pub use extractor::{DocumentExtractor, Isolation};
pub use limits::ExtractLimits;
pub use worker::{WORKER_COMMAND, run_worker};
