//! `/v1/account/audit`.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::server::{OWNER_EMAIL, OWNER_PASSWORD, Server};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn what_people_did_can_be_looked_up() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let user = format!("user:{}", owner.get("/v1/me").await.expect(200)["id"].as_str().unwrap());
    let key = owner.post("/v1/account/api-keys", json!({ "name": "script" })).await.expect(201);
    let chatbot = owner.echo_chatbot().await;
    let source = owner.reads(&chatbot, "A title of the source", "A sentence of the source.").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("A sentence of the visitor").await;
    visitor.sees_answer().await;
    let session = format!("/v1/sessions/{}", visitor.session_id);
    owner.post(&format!("{session}/takeover"), json!({})).await.expect(200);
    let key_id = text(&key, "id");
    let source_id = text(&source, "id");
    for path in [
        session,
        format!("/v1/sources/{source_id}"),
        format!("/v1/account/api-keys/{key_id}"),
        format!("/v1/chatbots/{chatbot}"),
    ] {
        assert_eq!(owner.delete(&path).await.status, 204, "{path}");
    }

    let expected = [
        ("chatbot.deleted", format!("chatbot:{chatbot}")),
        ("api_key.revoked", format!("key:{key_id}")),
        ("source.deleted", format!("source:{source_id}")),
        ("session.deleted", format!("session:{}", visitor.session_id)),
        ("session.taken_over", format!("session:{}", visitor.session_id)),
        ("chatbot.changed", format!("chatbot:{chatbot}")),
        ("chatbot.created", format!("chatbot:{chatbot}")),
        ("api_key.created", format!("key:{key_id}")),
        ("user.signed_in", user.clone()),
    ];
    let log = audit(&owner).await;
    let told: Vec<_> = log.iter().map(|deed| (text(deed, "action"), text(deed, "subject"))).collect();
    assert_eq!(told, expected.map(|(action, subject)| (action.to_owned(), subject)));
    for deed in &log {
        assert!(deed["actor"] == user.as_str() && deed["at"].is_string(), "{deed}");
    }
    let whole = Value::from(log).to_string();
    for content in [&text(&key, "secret"), "script", "sentence", "title", OWNER_EMAIL, OWNER_PASSWORD] {
        assert!(!whole.contains(content), "{content} is in the log");
    }
}

#[tokio::test]
async fn a_program_is_named_by_its_key() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let key = owner.post("/v1/account/api-keys", json!({ "name": "script" })).await.expect(201);
    let program = owner.bearing(&text(&key, "secret"));
    program.chatbot("Made by a program").await;
    let log = audit(&owner).await;
    assert_eq!(
        (&log[0]["action"], text(&log[0], "actor")),
        (&json!("chatbot.created"), format!("key:{}", text(&key, "id")))
    );
    program.get("/v1/account/audit").await.problem(403);
}

#[tokio::test]
async fn what_changed_nothing_or_failed_is_no_deed() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Same").await;
    let before = audit(&owner).await;
    owner.change(&chatbot, json!({ "name": "Same" })).await;
    owner.patch(&format!("/v1/chatbots/{chatbot}"), json!({ "name": "" })).await.problem(422);
    owner.delete(&format!("/v1/chatbots/{}", uuid::Uuid::now_v7())).await.problem(404);
    let wrong = json!({ "email": OWNER_EMAIL, "password": "a wrong sentence altogether" });
    server.anyone().post("/v1/auth/login", wrong).await.problem(401);
    assert_eq!(audit(&owner).await, before);
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// The whole log, newest first, walked in small pages.
async fn audit(owner: &Api) -> Vec<Value> {
    let (mut deeds, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = owner.get(&format!("/v1/account/audit?limit=2{cursor}")).await.expect(200);
        let items = page["items"].as_array_mut().expect("items");
        assert!(items.len() <= 2, "more than was asked for");
        deeds.append(items);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return deeds,
        }
    }
}
