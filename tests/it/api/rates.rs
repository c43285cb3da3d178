//! How often programs may ask.

use serde_json::json;

use crate::support::Folder;
use crate::support::api::{Answer, Api};
use crate::support::server::Server;

#[tokio::test]
async fn a_plan_limits_all_keys_of_an_account_together() {
    let server = server_with(2, 1_000).await;
    let owner = server.owner().await;
    let (first, second) = (key(&owner).await, key(&owner).await);
    assert_eq!(first.get("/v1/chatbots").await.header("ratelimit"), "\"plan\";r=1");
    assert_eq!(second.get("/v1/chatbots").await.header("ratelimit"), "\"plan\";r=0");
    is_refused(first.get("/v1/chatbots").await, "\"plan\";q=2;w=60");
    is_refused(second.get("/v1/chatbots").await, "\"plan\";q=2;w=60");
    owner.get("/v1/chatbots").await.expect(200);

    let newcomer = server.anyone().registered("newcomer@example.org").await;
    assert_eq!(key(&newcomer).await.get("/v1/chatbots").await.status, 200, "accounts don't share");
}

#[tokio::test]
async fn a_key_is_limited_by_the_server_where_the_plan_allows_more() {
    let server = server_with(1_000, 2).await;
    let owner = server.owner().await;
    let (first, second) = (key(&owner).await, key(&owner).await);
    assert_eq!(first.get("/v1/chatbots").await.header("ratelimit"), "\"api-key\";r=1");
    assert_eq!(first.get("/v1/chatbots").await.header("ratelimit"), "\"api-key\";r=0");
    is_refused(first.get("/v1/chatbots").await, "\"api-key\";q=2;w=60");
    assert_eq!(second.get("/v1/chatbots").await.status, 200, "keys don't share");
}

/// A server on which all accounts are on a plan of so many requests a minute, and each key has its own limit.
async fn server_with(by_plan: u32, by_key: u32) -> Server {
    let folder = Folder::new();
    let plans = folder.path().join("plans.toml");
    let plan = format!("[small]\nname = \"Small\"\napi_requests_per_minute = {by_plan}\n");
    std::fs::write(&plans, plan).unwrap();
    Server::plan()
        .with("AIHIO__LIMITS__ENABLED", "true")
        .with("AIHIO__LIMITS__KEY_REQUESTS_PER_MINUTE", by_key.to_string())
        .with("AIHIO__BILLING__PLANS_FILE", plans.display().to_string())
        .with("AIHIO__BILLING__DEFAULT_PLAN", "small")
        .start()
        .await
}

async fn key(owner: &Api) -> Api {
    let made = owner.post("/v1/account/api-keys", json!({ "name": "script" })).await.expect(201);
    owner.bearing(made["secret"].as_str().unwrap())
}

fn is_refused(answer: Answer, policy: &str) {
    assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{answer}");
    assert_eq!(answer.header("ratelimit-policy"), policy);
    assert!(answer.header("ratelimit").contains(";r=0;t="), "{:?}", answer.headers);
    assert_eq!(answer.problem(429)["code"], "rate_limited");
}
