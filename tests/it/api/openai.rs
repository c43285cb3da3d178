//! `/openai/v1`, on the wire; the official client is tried in `clients`.

use serde_json::json;

use crate::support::server::Server;

#[tokio::test]
async fn a_chatbot_answers_as_a_model() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let made = owner.post("/v1/chatbots", json!({ "name": "Echo" })).await.expect(201);
    owner.change(made["id"].as_str().unwrap(), json!({ "answerer": { "kind": "echo" } })).await;
    let key = owner.post("/v1/account/api-keys", json!({ "name": "test" })).await.expect(201);
    let program = server.anyone().bearing(key["secret"].as_str().unwrap());
    let messages = json!([
        { "role": "system", "content": "Be brief." },
        { "role": "user", "content": "first" },
        { "role": "assistant", "content": "first" },
        { "role": "user", "content": "second" },
    ]);
    let asked = json!({ "model": made["slug"], "messages": messages });
    let answer = program.post("/openai/v1/chat/completions", asked).await.expect(200);
    assert_eq!(answer["object"], "chat.completion");
    let choice = &answer["choices"][0];
    assert_eq!(
        (&choice["message"]["role"], &choice["message"]["content"]),
        (&json!("assistant"), &json!("second"))
    );
    assert_eq!(choice["finish_reason"], "stop");
}

#[tokio::test]
async fn strangers_are_refused_in_the_form_that_clients_know() {
    let server = Server::start().await;
    let asked = json!({ "model": "any", "messages": [{ "role": "user", "content": "hi" }] });
    let answer = server.anyone().bearing("aihio_sk_wrong").post("/openai/v1/chat/completions", asked).await;
    assert_eq!(answer.status, 401, "{answer}");
    assert!(answer.json()["error"]["message"].is_string(), "{answer}");
}
