//! A chatbot changes under open sockets.

use serde_json::json;

use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn a_change_reaches_open_sockets_and_closes_none() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Before").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    assert_eq!(visitor.welcome["data"]["chatbot"]["name"], "Before");
    owner.change(&chatbot, json!({ "name": "After", "answerer": { "kind": "echo" } })).await;
    let config = visitor.sees_where(|data| data["type"] == "config").await;
    assert_eq!(config.offset, None);
    visitor.asks("hello").await;
    assert_eq!(visitor.sees_answer().await.text(), "hello", "the next turn is under the new configuration");
}

#[tokio::test]
async fn visitors_get_only_the_public_part() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    owner.change(&chatbot, json!({ "behaviour": { "instructions": "a secret of the house" } })).await;
    let visitor = Visitor::connects(&server, &chatbot).await;
    let public = server.anyone().get(&format!("/v1/chatbots/{chatbot}/public")).await.expect(200);
    for seen in [&visitor.welcome, &public] {
        assert!(!seen.to_string().contains("a secret of the house"), "{seen}");
        assert!(!seen.to_string().contains("allowed_origins"), "{seen}");
    }
}
