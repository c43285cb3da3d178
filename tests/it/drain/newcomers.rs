//! Who comes while the process is being stopped.

use serde_json::json;

use super::{is_told_to_stop, patient, refuses};
use crate::support::model::{Model, Turn};
use crate::support::server::Server;
use crate::support::visitor::Visitor;
use crate::support::wire::Wire;

#[tokio::test]
async fn until_load_balancers_have_noticed_everybody_is_served() {
    let mut server = patient(Server::plan()).with("AIHIO__HTTP__DRAIN_NOTICE_SECONDS", "59").start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut early = Visitor::connects(&server, &chatbot).await;
    is_told_to_stop(&server).await;
    let mut late = Visitor::connects(&server, &chatbot).await;
    for visitor in [&mut early, &mut late] {
        visitor.asks("hello").await;
        assert_eq!(visitor.sees_answer().await.text(), "hello");
    }
    server.signal("TERM");
    assert!(server.ends().await.success(), "a second signal ends it at once");
}

#[tokio::test]
async fn once_conversations_come_to_rest_newcomers_are_asked_to_come_again() {
    let model = Model::with([Turn::dripping("The pump is blue.")]).await;
    let mut server = patient(model.known_to(Server::plan())).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What colour is the pump?").await;
    model.lets(1);
    visitor.sees("delta").await;
    is_told_to_stop(&server).await;

    let anyone = server.anyone();
    let (socket, events) =
        (format!("/v1/chatbots/{chatbot}/socket"), format!("/v1/chatbots/{chatbot}/events"));
    refuses(&anyone, &events).await;
    let refused = Wire::open(server.address(), &socket, None).await.err();
    assert_eq!(refused, Some(503));
    for (path, body) in [("sessions", json!({})), ("messages", json!({ "text": "hello" }))] {
        let refused = anyone.post(&format!("/v1/chatbots/{chatbot}/{path}"), body).await;
        assert_eq!(refused.header("retry-after"), "1", "{refused}");
        assert_eq!(refused.problem(503)["code"], "overloaded");
    }
    let refused = visitor.sends("late", "And the hose?").await.unwrap_err();
    assert_eq!((&refused["code"], &refused["temporary"]), (&json!(1008), &json!(true)));
    assert_eq!(owner.get("/v1/chatbots").await.status, 200, "what needs no conversation is answered");

    model.lets(3);
    assert_eq!(visitor.sees_answer().await.text(), "The pump is blue.");
    assert_eq!(visitor.is_closed_with().await, 3001);
    assert!(server.ends().await.success());
}
