//! `/v1/jobs`.

use serde_json::json;

use crate::support::server::Server;

#[tokio::test]
async fn a_job_is_listed_with_its_chatbot() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.reads(&chatbot, "Pumps", "The pump must be oiled every spring.").await;
    let jobs = owner.get(&format!("/v1/chatbots/{chatbot}/jobs")).await.expect(200);
    let job = &jobs["items"][0];
    assert_eq!(job["state"], "succeeded", "{jobs}");
    assert_eq!(job["id"], source["job_id"], "{jobs}");
}

#[tokio::test]
async fn progress_can_be_followed_to_the_end() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = json!({ "kind": "text", "title": "Pumps", "text": "The pump must be oiled every spring." });
    let source = owner.adds(&chatbot, source).await;
    let events = owner.get(&format!("/v1/jobs/{}/events", source["job_id"].as_str().unwrap())).await;
    assert!(events.header("content-type").starts_with("text/event-stream"), "{events}");
    let states: Vec<serde_json::Value> = events
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|data| serde_json::from_str(data.trim()).unwrap())
        .collect();
    let progress: Vec<f64> = states.iter().filter_map(|state| state["progress"].as_f64()).collect();
    assert!(progress.is_sorted(), "{progress:?}");
    assert_eq!(states.last().map(|state| &state["state"]), Some(&json!("succeeded")), "{events}");
}

#[tokio::test]
async fn a_job_that_has_ended_cannot_be_cancelled() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.reads(&chatbot, "Pumps", "The pump must be oiled every spring.").await;
    let path = format!("/v1/jobs/{}", source["job_id"].as_str().unwrap());
    let cancelled = owner.post(&format!("{path}/cancel"), json!({})).await;
    assert!(matches!(cancelled.status, 200 | 202 | 409), "{cancelled}");
    assert_eq!(owner.get(&path).await.expect(200)["state"], "succeeded");
}
