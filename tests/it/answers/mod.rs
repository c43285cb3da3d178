//! Answers: what they rest on, and what happens when a model fails.

mod extractive;
mod finding;
mod models;
