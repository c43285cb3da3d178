//! Programs that others wrote and published, unmodified.

mod autobahn;
mod centrifugal;
mod openai;
