//! `Idempotency-Key`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::{Answer, Api};
use crate::support::server::Server;

#[tokio::test]
async fn the_same_key_does_it_once_and_answers_the_same() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let first = post(&owner, "key-1", json!({ "name": "Once" })).await;
    let second = post(&owner, "key-1", json!({ "name": "Once" })).await;
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!(first.json(), second.json());
    let listed = owner.get("/v1/chatbots").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[tokio::test]
async fn the_same_key_for_something_else_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    post(&owner, "key-1", json!({ "name": "Once" })).await;
    let other = post(&owner, "key-1", json!({ "name": "Something else" })).await;
    assert!(matches!(other.status, 409 | 422), "{other}");
}

#[tokio::test]
async fn another_tenants_key_is_another_key() {
    let server = Server::start().await;
    let (owner, other) = (server.owner().await, server.anyone().registered("other@example.org").await);
    let first = post(&owner, "key-1", json!({ "name": "Once" })).await.expect(201);
    let second = post(&other, "key-1", json!({ "name": "Once" })).await.expect(201);
    assert_ne!(first["id"], second["id"]);
}

async fn post(api: &Api, key: &str, body: Value) -> Answer {
    api.send(api.request(Method::POST, "/v1/chatbots").header("idempotency-key", key).json(&body)).await
}
