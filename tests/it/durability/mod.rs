//! What was acknowledged is stored, whatever happens next.

mod crawl;
mod credits;
mod erasure;
mod kill;
