//! The methods a visitor can call, and how they are refused.

use serde_json::{Value, json};

use crate::support::model::{Model, Turn};
use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn an_unknown_method_is_named_so_and_nothing_else_happens() {
    let (_server, mut visitor) = at_an_echo().await;
    let error = visitor.calls("nope", json!({})).await.unwrap_err();
    assert_eq!(error["code"], 104);
    assert!(error["message"].is_string() && error["temporary"].is_null(), "{error}");
    assert_eq!(visitor.asks("still here").await.seq, 1);
}

#[tokio::test]
async fn data_that_does_not_fit_is_a_bad_request() {
    let (_server, mut visitor) = at_an_echo().await;
    let long_id = "x".repeat(65);
    let wrong = [
        json!({}),
        json!({ "id": "a" }),
        json!({ "text": "no id" }),
        json!({ "id": "", "text": "empty id" }),
        json!({ "id": long_id, "text": "long id" }),
        json!({ "id": 7, "text": "id of the wrong type" }),
        json!([]),
        Value::Null,
    ];
    for data in wrong {
        let error = visitor.calls("message.send", data.clone()).await.unwrap_err();
        assert_eq!(error["code"], 107, "{data}: {error}");
    }
    assert_eq!(visitor.asks("still here").await.seq, 1);
}

#[tokio::test]
async fn a_message_longer_than_the_chatbot_takes_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    owner.change(&chatbot, json!({ "limits": { "message_chars_max": 10 } })).await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    assert_eq!(visitor.welcome["data"]["chatbot"]["message_chars_max"], 10);
    let error = visitor.sends("long", &"ä".repeat(11)).await.unwrap_err();
    assert_eq!(error["code"], 1003, "{error}");
    assert_eq!(visitor.sends("short", &"ä".repeat(10)).await.unwrap().seq, 1);
}

#[tokio::test]
async fn too_many_messages_are_refused_for_a_while() {
    let server = Server::plan().with("AIHIO__LIMITS__ENABLED", "true").start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    owner.change(&chatbot, json!({ "limits": { "messages_per_minute": 2 } })).await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let mut refused = None;
    for number in 0..10 {
        refused = refused.or(visitor.sends(&format!("m{number}"), "hello").await.err());
    }
    let refused = refused.expect("ten messages are more than two a minute");
    assert_eq!((&refused["code"], &refused["temporary"]), (&json!(1001), &json!(true)), "{refused}");
}

#[tokio::test]
async fn an_answer_can_be_stopped() {
    let model = Model::with([Turn::dripping("one two three")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What colour is the pump?").await;
    model.lets(1);
    let delta = visitor.sees("delta").await;
    let stopped = json!({ "message_id": delta.data["message_id"] });
    assert_eq!(visitor.calls("answer.stop", stopped).await, Ok(json!({})));
    assert_eq!(visitor.sees_message_from("assistant").await.data["text"], "one ");
    visitor.asks("What colour is the pump now?").await;
    assert_eq!(visitor.sees_answer().await.text(), "I have nothing to say.");
}

#[tokio::test]
async fn an_answer_can_be_rated() {
    let (_server, mut visitor) = at_an_echo().await;
    visitor.asks("hello").await;
    let answer = visitor.sees_answer().await;
    let rating = json!({ "message_id": answer.message["message_id"], "rating": "up", "comment": "thanks" });
    assert_eq!(visitor.calls("feedback.give", rating).await, Ok(json!({})));
    let wrong = json!({ "message_id": answer.message["message_id"], "rating": "sideways" });
    assert_eq!(visitor.calls("feedback.give", wrong).await.unwrap_err()["code"], 107);
}

#[tokio::test]
async fn typing_is_told_to_the_others_and_not_kept() {
    let (server, mut visitor) = at_an_echo().await;
    let chatbot = visitor.welcome["data"]["chatbot"]["id"].as_str().unwrap().to_owned();
    let mut other = Visitor::connects_as(&server, &chatbot, &visitor.token.clone()).await;
    assert_eq!(visitor.calls("typing.set", json!({ "active": true })).await, Ok(json!({})));
    let typing = other.sees("typing").await;
    assert_eq!(
        (typing.offset, &typing.data["role"], &typing.data["active"]),
        (None, &json!("visitor"), &json!(true))
    );
}

#[tokio::test]
async fn the_form_before_the_chat_can_be_sent() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let field = json!({ "name": "email", "label": "Your e-mail", "required": true });
    owner.change(&chatbot, json!({ "pre_chat_form": [field] })).await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    assert_eq!(visitor.welcome["data"]["chatbot"]["pre_chat_form"][0]["name"], "email");
    let lead = json!({ "email": "visitor@example.org" });
    assert_eq!(visitor.calls("lead.submit", lead).await, Ok(json!({})));
}

#[tokio::test]
async fn the_protocols_ping_is_answered() {
    let (_server, mut visitor) = at_an_echo().await;
    let id = visitor.begins(json!({ "ping": {} })).await;
    let reply = visitor.reply_to(id).await;
    assert!(reply["error"].is_null(), "{reply}");
}

async fn at_an_echo() -> (Server, Visitor) {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let visitor = Visitor::connects(&server, &chatbot).await;
    (server, visitor)
}
