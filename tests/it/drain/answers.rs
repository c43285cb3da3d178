//! Answers that are being written when the process is told to stop.

use serde_json::json;

use super::{is_told_to_stop, patient};
use crate::support::model::{Model, Turn};
use crate::support::server::Server;
use crate::support::visitor::Visitor;

const QUESTION: &str = "What colour is the pump?";

#[tokio::test]
async fn a_running_answer_finishes_before_its_socket_is_closed() {
    let model = Model::with([Turn::dripping("The pump is blue.")]).await;
    let mut server = patient(model.known_to(Server::plan())).start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks(QUESTION).await;
    model.lets(1);
    visitor.sees("delta").await;
    is_told_to_stop(&server).await;
    model.lets(3);
    assert_eq!(visitor.sees_answer().await.text(), "The pump is blue.");
    assert_eq!(visitor.is_closed_with().await, 3001);
    assert!(server.ends().await.success());

    server.restart().await;
    assert!(visitor.returns_to(&server).await);
    let history = server.owner().await.history(&visitor.session_id).await;
    let roles: Vec<_> = history.iter().map(|item| item["role"].clone()).collect();
    assert_eq!(roles, ["visitor", "assistant"]);
}

#[tokio::test]
async fn an_answer_that_hangs_is_given_after_the_restart() {
    let model = Model::with([Turn::dripping("The pump hangs."), Turn::saying("The pump is blue.")]).await;
    let mut server = model.known_to(Server::plan()).with("AIHIO__HTTP__DRAIN_SECONDS", "2").start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let asked = visitor.asks(QUESTION).await;
    model.lets(1);
    visitor.sees("delta").await;
    server.signal("TERM");
    assert_eq!(visitor.is_closed_with().await, 3001);
    assert!(server.ends().await.success());

    server.restart().await;
    assert!(visitor.returns_to(&server).await);
    assert_eq!(visitor.sees_message_from("assistant").await.data["text"], "The pump is blue.");
    assert!(visitor.sends(&asked.client_id, QUESTION).await.unwrap().duplicate);
    let history = server.owner().await.history(&visitor.session_id).await;
    assert_eq!(history.len(), 2, "{history:?}");
}

#[tokio::test]
async fn who_asked_over_http_is_told_to_ask_again_and_gets_the_one_answer() {
    let model = Model::with([Turn::dripping("The pump hangs."), Turn::saying("The pump is blue.")]).await;
    let mut server = model.known_to(Server::plan()).with("AIHIO__HTTP__DRAIN_SECONDS", "2").start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let (session, token) = server.anyone().session(&chatbot).await;
    let visitor = server.anyone().bearing(&token);
    let path = format!("/v1/chatbots/{chatbot}/messages");
    let question = json!({ "text": QUESTION, "id": "q1" });
    let asked = tokio::spawn({
        let (visitor, path, question) = (visitor.clone(), path.clone(), question.clone());
        async move { visitor.post(&path, question).await }
    });
    crate::support::patience::until("the call of the model", async || {
        (!model.calls().is_empty()).then_some(())
    })
    .await;
    server.signal("TERM");
    let refused = asked.await.unwrap();
    assert_eq!(refused.header("retry-after"), "1", "{refused}");
    assert_eq!(refused.problem(503)["code"], "overloaded");
    assert!(server.ends().await.success());

    server.restart().await;
    let again = server.anyone().bearing(&token).post(&path, question).await.expect(200);
    assert_eq!((&again["seq"], &again["message"]["text"]), (&json!(1), &json!("The pump is blue.")));
    assert_eq!(server.owner().await.history(&session).await.len(), 2);
}
