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

#[tokio::test]
async fn no_more_text_is_kept_than_the_plan_allows() {
    let folder = Folder::new();
    let plans = folder.path().join("plans.toml");
    std::fs::write(&plans, "[tiny]\nname = \"Tiny\"\nstored_bytes = 100\n").unwrap();
    let plan = Server::plan().with("AIHIO__BILLING__PLANS_FILE", plans.display().to_string());
    let server = plan.with("AIHIO__BILLING__DEFAULT_PLAN", "tiny").start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    owner.reads(&chatbot, "Pump", "The pump is blue, and it must be oiled in spring.").await;
    let sources = format!("/v1/chatbots/{chatbot}/sources");
    let long = json!({ "kind": "text", "title": "Long", "text": "x".repeat(60) });
    let refused = owner.post(&sources, long).await.problem(402);
    assert_eq!(refused["code"], "quota_exceeded");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("100 bytes") && detail.contains("49 of them"), "{detail}");
    let job = owner.uploads(&chatbot, "long.txt", "text/plain", "y".repeat(60).as_bytes()).await;
    assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!("quota_exceeded")), "{job}");
    owner.reads(&chatbot, "Short", &"z".repeat(51)).await;
    let announced = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 1 });
    owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), announced).await.problem(402);
}

async fn answers(owner: &Api) -> u64 {
    let usage = owner.get("/v1/usage?by=day").await.expect(200);
    let items = usage["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "answer");
    items.map(|item| item["amount"].as_u64().unwrap_or_default()).sum()
}
