//! `/v1/usage` and credits.

use serde_json::Value;
use serde_json::json;

use crate::support::Folder;
use crate::support::api::Api;
use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn every_answer_is_counted_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    for number in 0..3 {
        visitor.sends(&format!("m{number}"), "hello").await.unwrap();
        visitor.sees_answer().await;
        visitor.sends(&format!("m{number}"), "hello").await.unwrap();
    }
    crate::support::patience::until("three answers in the usage", async || {
        (answers(&owner).await == 3).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_last_credit_is_spent_and_not_one_more() {
    let folder = Folder::new();
    let plans = folder.path().join("plans.toml");
    std::fs::write(&plans, "[tiny]\nname = \"Tiny\"\nanswers_per_month = 5\n").unwrap();
    let plan = Server::plan().with("AIHIO__BILLING__PLANS_FILE", plans.display().to_string());
    let server = plan.with("AIHIO__BILLING__DEFAULT_PLAN", "tiny").start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let (mut accepted, mut refused) = (0, Vec::new());
    let mut visitors =
        [Visitor::connects(&server, &chatbot).await, Visitor::connects(&server, &chatbot).await];
    for number in 0..5 {
        for visitor in &mut visitors {
            match visitor.sends(&format!("m{number}"), "hello").await {
                Ok(_) => accepted += 1,
                Err(error) => refused.push(error["code"].clone()),
            }
        }
    }
    assert_eq!(accepted, 5);
    assert_eq!(refused, vec![Value::from(1002); 5]);
    let over_http = owner.post(&format!("/v1/chatbots/{chatbot}/messages"), json!({ "text": "hello" })).await;
    assert!(matches!(over_http.status, 402 | 429), "{over_http}");
}

async fn answers(owner: &Api) -> u64 {
    let usage = owner.get("/v1/usage?by=day").await.expect(200);
    let items = usage["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "answer");
    items.map(|item| item["amount"].as_u64().unwrap_or_default()).sum()
}
