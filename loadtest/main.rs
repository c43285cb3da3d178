//! The `aihio` program.
fn main() {}
