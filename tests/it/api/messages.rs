//! `POST /v1/chatbots/{id}/messages`: an answer over plain HTTP.

use serde_json::{Value, json};

use crate::support::server::Server;

#[tokio::test]
async fn a_conversation_goes_on_over_http() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let first = owner.asks(&chatbot, "one").await;
    let session = first["session_id"].as_str().unwrap();
    let path = format!("/v1/chatbots/{chatbot}/messages");
    let more = json!({ "text": "two", "session_id": session, "id": "second" });
    let second = owner.post(&path, more.clone()).await.expect(200);
    assert_eq!(second["session_id"], session);
    assert_eq!((&first["seq"], &second["seq"]), (&json!(1), &json!(3)));
    assert_eq!(second["message"]["text"], "two");
    let again = owner.post(&path, more).await.expect(200);
    assert_eq!(
        (&again["seq"], &again["message"]["text"]),
        (&json!(3), &json!("two")),
        "a known id does nothing new"
    );
    assert_eq!(owner.history(session).await.len(), 4);
}

#[tokio::test]
async fn an_answer_can_be_streamed_in_the_form_of_the_ai_sdk() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    owner.reads(&chatbot, "Pumps", "The pump must be oiled every spring.").await;
    let request = owner.request(reqwest::Method::POST, &format!("/v1/chatbots/{chatbot}/messages"));
    let request = request
        .header("accept", "text/event-stream")
        .json(&json!({ "text": "When must the pump be oiled?" }));
    let answer = owner.send(request).await;
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("x-vercel-ai-ui-message-stream"), "v1");
    let data: Vec<&str> =
        answer.text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).collect();
    assert_eq!(data.last(), Some(&"[DONE]"), "{answer}");
    let parts: Vec<Value> =
        data[..data.len() - 1].iter().map(|part| serde_json::from_str(part).unwrap()).collect();
    let kinds: Vec<&str> = parts.iter().map(|part| part["type"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"start"), Some(&"finish")), "{kinds:?}");
    assert!(kinds.contains(&"text-start") && kinds.contains(&"text-end"), "{kinds:?}");
    let text: String = parts.iter().filter_map(|part| part["delta"].as_str()).collect();
    assert!(text.contains("every spring"), "{text}");
}

#[tokio::test]
async fn a_message_that_does_not_fit_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let path = format!("/v1/chatbots/{chatbot}/messages");
    for wrong in [
        json!({}),
        json!({ "text": 7 }),
        json!({ "text": "hi", "id": "" }),
        json!({ "text": "x".repeat(8_001) }),
    ] {
        let answer = owner.post(&path, wrong).await;
        assert_eq!(answer.status, 422, "{answer}");
        answer.problem(422);
    }
    let unknown = json!({ "text": "hi", "session_id": uuid::Uuid::now_v7() });
    owner.post(&path, unknown).await.problem(404);
}
