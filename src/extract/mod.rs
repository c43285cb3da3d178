//! Reads text out of uploaded and fetched bytes.
//!
//! What a document is, its content decides (`kind`); what its sender claims breaks ties, and a claim that is wrong is
//! refused. Parsers meet hostile input, so each document is looked at and parsed in a child process of its own
//! (`child`, `worker`) that is killed at a deadline, has little memory and holds no secret. Where the running
//! executable can't be such a worker (in unit tests), the same code runs on a blocking thread behind `catch_unwind`.
//!
//! Whatever the format, what comes out is Markdown that reads well as plain text (`composition`): headings, among them
//! slides, sheets and chapters, paragraphs, lists, and tables with a line for each row (`table`).

mod archive;
mod child;
mod composition;
mod decode;
mod epub;
mod extractor;
mod format;
mod html;
mod json;
mod kind;
mod limits;
mod office;
mod open_document;
mod outline;
mod package;
mod pdf;
mod reader;
mod separated;
mod signatures;
mod sitemap;
mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod wire;
mod workbook;
mod worker;
mod xml;

pub use extractor::{DocumentExtractor, Isolation};
pub use limits::ExtractLimits;
pub use worker::{WORKER_COMMAND, run_worker};
