//! The REST API, in the order of its addresses.

mod account;
mod audit;
mod auth;
mod chatbots;
mod documents;
mod evaluation;
mod hostile;
mod idempotency;
mod identity;
mod jobs;
mod messages;
mod openai;
mod operation;
mod problems;
mod rates;
mod sessions;
mod sites;
mod sources;
mod tenancy;
mod uploads;
mod usage;
