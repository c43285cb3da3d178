//! Coming back: whole, or told that it is not.

use serde_json::json;

use crate::support::model::{Model, Turn};
use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn what_was_missed_comes_with_the_reply() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut away = Visitor::connects(&server, &chatbot).await;
    away.asks("before").await;
    away.sees_answer().await;
    away.is_cut();

    let mut here = Visitor::connects_as(&server, &chatbot, &away.token.clone()).await;
    here.asks("meanwhile").await;
    here.sees_answer().await;

    assert!(away.returns().await);
    assert_eq!(away.subscription()["was_recovering"], true);
    assert_eq!(away.subscription()["offset"], 4);
    assert_eq!(away.sees_message_from("visitor").await.data["text"], "before");
    let missed = away.sees_message_from("visitor").await;
    assert_eq!((missed.offset, &missed.data["text"]), (Some(3), &json!("meanwhile")));
    assert_eq!(away.sees_answer().await.offset, 4);
}

#[tokio::test]
async fn who_missed_nothing_is_told_so() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;
    visitor.is_cut();
    assert!(visitor.returns().await);
    assert!(visitor.subscription()["publications"].is_null(), "{}", visitor.welcome);
}

#[tokio::test]
async fn a_position_in_another_history_is_not_recovered() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;
    visitor.is_cut();
    "another".clone_into(&mut visitor.epoch);
    assert!(!visitor.returns().await);
    assert_eq!(visitor.subscription()["was_recovering"], true);

    let history = server.anyone().bearing(&visitor.token).history(&visitor.session_id).await;
    let texts: Vec<&str> = history.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["hello", "hello"], "a visitor's own history can be fetched with the session's token");
}

#[tokio::test]
async fn a_position_ahead_of_the_history_is_not_recovered() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;
    visitor.is_cut();
    visitor.offset = 1_000;
    assert!(!visitor.returns().await);
}

#[tokio::test]
async fn an_answer_in_the_making_goes_on_after_a_cut() {
    let model = Model::with([Turn::dripping("one two three four")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What colour is the pump?").await;
    model.lets(2);
    assert_eq!(visitor.sees("delta").await.data["n"], 0);
    assert_eq!(visitor.sees("delta").await.data["n"], 1);
    visitor.is_cut();
    assert!(visitor.returns().await);
    let snapshot = visitor.sees("snapshot").await;
    assert_eq!((&snapshot.data["text"], &snapshot.data["n"]), (&json!("one two "), &json!(1)));
    model.lets(2);
    assert_eq!(visitor.sees("delta").await.data["text"], "three ");
    assert_eq!(visitor.sees("delta").await.data["text"], "four");
    assert_eq!(visitor.sees_message_from("assistant").await.data["text"], "one two three four");
}

#[tokio::test]
async fn a_session_survives_a_restart_of_the_server() {
    let mut server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let before = visitor.asks("before").await;
    visitor.sees_answer().await;
    assert!(server.stop().await.success());
    server.restart().await;
    assert!(visitor.returns_to(&server).await);
    let again = visitor.sends(&before.client_id, "before").await.unwrap();
    assert!(again.duplicate, "ids are known after a restart too");
    assert_eq!(visitor.asks("after").await.seq, 3);
}
