//! `/v1/sessions`.

use serde_json::json;

use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn the_team_reads_what_visitors_said() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let sent = visitor.asks("hello").await;
    visitor.sees_answer().await;

    let sessions = owner.get(&format!("/v1/chatbots/{chatbot}/sessions")).await.expect(200);
    let listed = &sessions["items"][0];
    assert_eq!(listed["id"], visitor.session_id.as_str(), "{sessions}");
    let history = owner.history(&visitor.session_id).await;
    let seqs: Vec<_> = history.iter().map(|item| item["seq"].clone()).collect();
    assert_eq!(seqs, [1, 2]);
    for item in &history {
        assert!(
            item["message_id"].is_string() && item["at"].is_string() && item["citations"].is_array(),
            "{item}"
        );
    }
    assert_eq!(history[0]["client_id"], sent.client_id);
}

#[tokio::test]
async fn a_visitor_reads_their_own_session_and_no_other() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let (mine, token) = server.anyone().session(&chatbot).await;
    let (other, _) = server.anyone().session(&chatbot).await;
    let visitor = server.anyone().bearing(&token);
    visitor.get(&format!("/v1/sessions/{mine}/messages")).await.expect(200);
    visitor.get(&format!("/v1/sessions/{other}/messages")).await.problem(404);
    for path in ["/v1/me", "/v1/chatbots"] {
        visitor.get(path).await.problem(401);
    }
}

#[tokio::test]
async fn a_deleted_session_is_gone() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("forget me").await;
    visitor.sees_answer().await;
    let path = format!("/v1/sessions/{}", visitor.session_id);
    let deleted = owner.delete(&path).await;
    assert_eq!(deleted.status, 204, "{deleted}");
    owner.get(&path).await.problem(404);
    owner.get(&format!("{path}/messages")).await.problem(404);
}

#[tokio::test]
async fn a_session_cannot_be_opened_from_a_foreign_page() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    owner.change(&chatbot, json!({ "allowed_origins": ["https://shop.example"] })).await;
    let open = |origin| {
        let request =
            server.anyone().request(reqwest::Method::POST, &format!("/v1/chatbots/{chatbot}/sessions"));
        request.header("origin", origin).json(&json!({}))
    };
    assert_eq!(server.anyone().send(open("https://shop.example")).await.status, 201);
    server.anyone().send(open("https://evil.example")).await.problem(403);
}
