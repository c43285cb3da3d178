//! `/v1/sessions`.

use serde_json::{Value, json};

use crate::support::patience::until;
use crate::support::server::Server;
use crate::support::visitor::Visitor;
use crate::support::wire::{Heard, Wire};

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
async fn the_visitor_of_a_deleted_session_is_sent_away_and_begins_anew() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let mut second_tab = Visitor::connects_as(&server, &chatbot, &visitor.token).await;
    visitor.asks("forget me").await;
    visitor.sees_answer().await;
    let path = format!("/v1/sessions/{}", visitor.session_id);
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(visitor.is_closed_with().await, 3503);
    assert_eq!(second_tab.is_closed_with().await, 3503);

    let begun = until("another session", async || begins(&server, &chatbot, &visitor.token).await).await;
    assert_ne!(begun["session_id"], visitor.session_id.as_str());
    let mut again = Visitor::connects_as(&server, &chatbot, begun["token"].as_str().unwrap()).await;
    assert_eq!(again.asks("who am I?").await.seq, 1);
    owner.get(&path).await.problem(404);
    let sessions = owner.get(&format!("/v1/chatbots/{chatbot}/sessions")).await;
    assert!(!sessions.text.contains(&visitor.session_id), "{sessions}");
}

#[tokio::test]
async fn a_session_that_sleeps_or_has_ended_can_be_deleted() {
    let mut server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitors =
        [Visitor::connects(&server, &chatbot).await, Visitor::connects(&server, &chatbot).await];
    for visitor in &mut visitors {
        visitor.asks("forget me").await;
        visitor.sees_answer().await;
    }
    let [sleeping, ended] = visitors;
    owner.post(&format!("/v1/sessions/{}/close", ended.session_id), json!({})).await.expect(200);
    server.restart().await;
    let owner = server.owner().await;
    for gone in [sleeping, ended] {
        let path = format!("/v1/sessions/{}", gone.session_id);
        assert_eq!(owner.delete(&path).await.status, 204, "{path}");
        owner.get(&path).await.problem(404);
        owner.delete(&path).await.problem(404);
        let begun = until("another session", async || begins(&server, &chatbot, &gone.token).await).await;
        assert_ne!(begun["session_id"], gone.session_id.as_str());
    }
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

/// What a token is told when it connects, unless it has to try again because its session is still ending.
async fn begins(server: &Server, chatbot: &str, token: &str) -> Option<Value> {
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let mut wire = Wire::open(server.address(), &path, None).await.unwrap();
    wire.says(&json!({ "id": 1, "connect": { "token": token } })).await;
    let Heard::Frame(objects) = wire.hears().await else { return None };
    let reply = objects.first()?;
    assert!(reply["error"].is_null() || reply["error"]["temporary"] == true, "{reply}");
    reply["connect"]["data"].is_object().then(|| reply["connect"]["data"].clone())
}
