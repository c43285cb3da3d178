//! What the compiler can't check: how long things are, who imports whom, where things lie, what is written down.
//! Each test reads the tree and fails with a list of `file:line: what is wrong and what to do`.
#![expect(clippy::expect_used, reason = "a test fails loudly")]

mod documentation;
mod grammar;
mod imports;
mod rust;
mod size;
mod tree;
mod words;
