//! A person takes over.

use serde_json::json;

use crate::support::model::{Model, Turn};
use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn a_visitor_can_ask_for_a_person() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let reply = visitor.calls("agent.request", json!({ "reason": "a refund" })).await;
    assert_eq!(reply, Ok(json!({ "state": "waiting" })));
    let state = visitor.sees("state").await;
    assert!(state.offset.is_some(), "it is part of the history");
    assert_eq!(state.data["state"], "waiting");
    visitor.asks("meanwhile").await;
    assert_eq!(visitor.sees_answer().await.text(), "meanwhile", "the chatbot answers until a person comes");
}

#[tokio::test]
async fn while_a_person_has_taken_over_the_chatbot_is_silent() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let session = format!("/v1/sessions/{}", visitor.session_id);
    visitor.asks("hello").await;
    visitor.sees_answer().await;

    owner.post(&format!("{session}/takeover"), json!({})).await.expect(200);
    let taken = visitor.sees("state").await;
    assert_eq!(taken.data["state"], "agent");
    assert!(taken.data["agent"]["name"].is_string(), "{}", taken.data);
    visitor.asks("Is anybody there?").await;
    let said = owner.post(&format!("{session}/messages"), json!({ "text": "I am." })).await;
    assert!(matches!(said.status, 200 | 201), "{said}");
    assert_eq!(visitor.sees_message_from("agent").await.data["text"], "I am.");

    owner.post(&format!("{session}/release"), json!({})).await.expect(200);
    assert_eq!(visitor.sees("state").await.data["state"], "assistant");
    visitor.asks("And now?").await;
    assert_eq!(visitor.sees_answer().await.text(), "And now?");
    let roles: Vec<_> = owner.history(&visitor.session_id).await.iter().map(|m| m["role"].clone()).collect();
    assert_eq!(roles, ["visitor", "assistant", "visitor", "agent", "visitor", "assistant"]);
}

#[tokio::test]
async fn taking_over_ends_the_answer_that_is_being_written() {
    let model = Model::with([Turn::dripping("one two three")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What colour is the pump?").await;
    model.lets(1);
    visitor.sees("delta").await;
    owner.post(&format!("/v1/sessions/{}/takeover", visitor.session_id), json!({})).await.expect(200);
    let taken = visitor.sees_where(|data| data["state"] == "agent").await.offset.unwrap();
    model.lets(2);
    visitor.asks("Hello?").await;
    visitor.sees_where(|data| data["text"] == "Hello?").await;
    let late = |item: &serde_json::Value| item["role"] == "assistant" && item["seq"].as_u64() > Some(taken);
    assert!(!owner.history(&visitor.session_id).await.iter().any(late), "no answer after the takeover");
}

#[tokio::test]
async fn a_closed_conversation_takes_no_more_messages() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;
    owner.post(&format!("/v1/sessions/{}/close", visitor.session_id), json!({})).await.expect(200);
    assert_eq!(visitor.sees("state").await.data["state"], "closed");
    let error = visitor.sends("late", "one more thing").await.unwrap_err();
    assert_eq!(error["code"], 1007, "{error}");
}
