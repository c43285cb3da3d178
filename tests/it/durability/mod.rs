//! What was acknowledged is stored, whatever happens next.

mod erasure;
mod kill;
