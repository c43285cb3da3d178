//! What was acknowledged is stored, whatever happens next.

mod credits;
mod erasure;
mod kill;
