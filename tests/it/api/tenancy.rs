//! What belongs to somebody else does not exist.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::server::Server;

/// Addresses that visitors without any account use.
const FOR_VISITORS: [&str; 6] = [
    "/v1/chatbots/{chatbot_id}/public",
    "/v1/chatbots/{chatbot_id}/socket",
    "/v1/chatbots/{chatbot_id}/events",
    "/v1/chatbots/{chatbot_id}/sessions",
    "/v1/chatbots/{chatbot_id}/messages",
    "/v1/uploads/{upload_id}",
];

#[tokio::test]
async fn another_tenants_ids_are_not_found_anywhere() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ids = belongings(&owner).await;
    let stranger = server.anyone().registered("stranger@example.org").await;
    let document = owner.get("/openapi.json").await.expect(200);
    let mut tried = Vec::new();
    let mut wrong = Vec::new();
    for (path, method) in operations(&document) {
        let address = fill(&path, &ids);
        let answer = ask(&stranger, &method, &address, &path).await;
        let missing = ask(&stranger, &method, &fill(&path, &BTreeMap::new()), &path).await;
        if answer.status != 404 || without_request_id(&answer.text) != without_request_id(&missing.text) {
            wrong.push(format!("{answer}\n  but one that does not exist: {missing}"));
        }
        tried.push(format!("{method} {path}"));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(tried.len() >= 15, "hardly any operation has an id: {tried:?}");
    assert_eq!(owner.get(&fill("/v1/chatbots/{chatbot_id}", &ids)).await.status, 200, "nothing was harmed");
}

#[tokio::test]
async fn an_id_in_a_body_is_no_way_around() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ids = belongings(&owner).await;
    let stranger = server.anyone().registered("stranger@example.org").await;
    let own = stranger.echo_chatbot().await;
    let message = json!({ "text": "hi", "session_id": ids["session_id"] });
    stranger.post(&format!("/v1/chatbots/{own}/messages"), message).await.problem(404);
    let file = json!({ "kind": "file", "upload_id": ids["upload_id"] });
    let answer = stranger.post(&format!("/v1/chatbots/{own}/sources"), file).await;
    assert!(matches!(answer.status, 404 | 422), "{answer}");
    let model = json!({ "model": ids["slug"], "messages": [{ "role": "user", "content": "hi" }] });
    assert_eq!(stranger.post("/openai/v1/chat/completions", model).await.status, 404);
}

#[tokio::test]
async fn lists_show_only_what_is_ones_own() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let ids = belongings(&owner).await;
    let stranger = server.anyone().registered("stranger@example.org").await;
    for path in
        ["/v1/chatbots", "/v1/account/api-keys", "/v1/usage", "/v1/account/audit", "/openai/v1/models"]
    {
        let answer = stranger.get(path).await;
        for (name, id) in &ids {
            assert!(!answer.text.contains(id.as_str()), "{path} shows {name}: {answer}");
        }
    }
}

/// One of everything that has an id.
async fn belongings(owner: &Api) -> BTreeMap<String, String> {
    let made = owner.post("/v1/chatbots", json!({ "name": "Private" })).await.expect(201);
    let chatbot = made["id"].as_str().unwrap();
    let source = owner.reads(chatbot, "Secret", "The colour of the pump is blue.").await;
    let answer = owner.asks(chatbot, "What is the colour of the pump?").await;
    let asked = json!({ "filename": "a.txt", "content_type": "text/plain", "size": 5 });
    let upload = owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201);
    let key = owner.post("/v1/account/api-keys", json!({ "name": "private" })).await.expect(201);
    let named = [
        ("chatbot_id", &made["id"]),
        ("slug", &made["slug"]),
        ("source_id", &source["id"]),
        ("job_id", &source["job_id"]),
        ("session_id", &answer["session_id"]),
        ("message_id", &answer["message"]["message_id"]),
        ("upload_id", &upload["upload_id"]),
        ("api_key_id", &key["id"]),
    ];
    named.into_iter().map(|(name, id)| (name.to_owned(), id.as_str().unwrap().to_owned())).collect()
}

/// Every operation with an id in its address that needs an account.
fn operations(document: &Value) -> Vec<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let private =
        paths.iter().filter(|(path, _)| path.contains('{') && !FOR_VISITORS.contains(&path.as_str()));
    let methods = |operations: &Value| operations.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    private
        .flat_map(|(path, known)| methods(known).into_iter().map(move |method| (path.clone(), method)))
        .collect()
}

/// The address with these ids, or with ones that don't exist.
fn fill(path: &str, ids: &BTreeMap<String, String>) -> String {
    let parts =
        path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            None => part.to_owned(),
            Some("version" | "n") => "1".to_owned(),
            Some("name") => "token".to_owned(),
            Some(name) => ids.get(name).cloned().unwrap_or_else(|| uuid::Uuid::now_v7().to_string()),
        });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(stranger: &Api, method: &str, address: &str, path: &str) -> crate::support::api::Answer {
    let method: reqwest::Method = method.to_uppercase().parse().unwrap();
    let request = stranger.request(method.clone(), address);
    let bodiless = method == reqwest::Method::GET || method == reqwest::Method::DELETE;
    stranger.send(if bodiless { request } else { request.json(&body_for(path)) }).await
}

/// A body that would be accepted from the owner.
fn body_for(path: &str) -> Value {
    match path.rsplit('/').next() {
        Some("sources") => json!({ "kind": "text", "title": "a", "text": "b" }),
        Some("{source_id}") => json!({ "resync": "daily" }),
        Some("uploads") => json!({ "filename": "a.txt", "content_type": "text/plain", "size": 5 }),
        Some("search") => json!({ "query": "anything" }),
        Some("messages") => json!({ "text": "anything" }),
        Some("{chatbot_id}") => json!({ "name": "Taken" }),
        Some("questions") => json!({ "items": [] }),
        Some("{name}") => json!({ "value": "long-enough" }),
        Some("complete") => json!({ "etags": ["x"] }),
        _ => json!({}),
    }
}

fn without_request_id(text: &str) -> Value {
    let mut problem: Value = serde_json::from_str(text).unwrap_or_default();
    if let Some(members) = problem.as_object_mut() {
        members.remove("request_id");
        members.remove("instance");
    }
    problem
}
