//! Two server processes that share a PostgreSQL and a Redis.

mod change;
mod conversation;
mod memory;
mod takeover;

use serde_json::Value;

use crate::support::api::Api;
use crate::support::model::Model;
use crate::support::postgres;
use crate::support::server::{Plan, Server};

/// Two nodes of one installation.
struct Pair {
    a: Server,
    b: Server,
}

impl Pair {
    /// Starts them on that Redis, with a lease of so many seconds.
    async fn start(redis: &str, lease: &str) -> Self {
        Self::start_as(Server::plan, redis, lease).await
    }

    /// The same, with a model behind provider `scripted`.
    async fn with_model(model: &Model, redis: &str, lease: &str) -> Self {
        Self::start_as(|| model.known_to(Server::plan()), redis, lease).await
    }

    async fn start_as(plan: impl Fn() -> Plan, redis: &str, lease: &str) -> Self {
        let database = postgres::empty().await;
        let plan = || {
            plan()
                .with("AIHIO__DATABASE__URL", &database)
                .with("AIHIO__REDIS__URL", redis)
                .with("AIHIO__CLUSTER__ENABLED", "true")
                .with("AIHIO__CLUSTER__LEASE_SECONDS", lease)
        };
        let a = plan().start().await;
        Self { a, b: plan().start().await }
    }
}

/// The texts of a history, which must have each position once, without a hole.
async fn history(owner: &Api, session: &str) -> Vec<String> {
    let items = owner.history(session).await;
    let seqs: Vec<u64> = items.iter().filter_map(|item| item["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=items.len() as u64).collect::<Vec<_>>(), "{items:?}");
    items.iter().filter_map(|item| item["text"].as_str().map(str::to_owned)).collect()
}

/// Whether exactly one item of a history has that id of a client.
fn is_once(items: &[Value], client_id: &str) -> bool {
    items.iter().filter(|item| item["client_id"] == client_id).count() == 1
}
