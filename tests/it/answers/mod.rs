//! Answers: what they rest on, and what happens when a model fails.

mod extractive;
mod finding;
mod hostile;
mod models;
mod receipts;
mod tools;
mod true_model;
