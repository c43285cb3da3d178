//! `/v1/chatbots`.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use crate::support::server::Server;

#[tokio::test]
async fn a_new_chatbot_is_complete() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let made = owner.post("/v1/chatbots", json!({ "name": "Pump Guide" })).await.expect(201);
    let id: Uuid = made["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(id.get_version_num(), 7);
    assert!(made["slug"].as_str().unwrap().starts_with("pump-guide"), "{made}");
    let shown = owner.get(&format!("/v1/chatbots/{id}")).await.expect(200);
    for part in ["allowed_origins", "config_version", "answerer", "theme", "behaviour", "identity", "limits"]
    {
        assert!(!shown[part].is_null(), "`{part}` is missing in {shown}");
    }
    assert_eq!((&shown["config_version"], &shown["answerer"]["kind"]), (&json!(1), &json!("extractive")));
}

#[tokio::test]
async fn every_change_makes_a_version_that_can_be_restored() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("First").await;
    assert_eq!(owner.change(&chatbot, json!({ "name": "Second" })).await["config_version"], 2);
    assert_eq!(owner.change(&chatbot, json!({ "name": "Third" })).await["config_version"], 3);
    let versions = owner.get(&format!("/v1/chatbots/{chatbot}/versions")).await.expect(200);
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(3), "{versions}");
    owner.post(&format!("/v1/chatbots/{chatbot}/versions/1/restore"), json!({})).await.expect(200);
    let shown = owner.get(&format!("/v1/chatbots/{chatbot}")).await.expect(200);
    assert_eq!((&shown["name"], &shown["config_version"]), (&json!("First"), &json!(4)));
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Kept").await;
    owner.change(&chatbot, json!({ "allowed_origins": ["https://shop.example"] })).await;
    owner.change(&chatbot, json!({ "answerer": { "kind": "echo" } })).await;
    let shown = owner.get(&format!("/v1/chatbots/{chatbot}")).await.expect(200);
    assert_eq!(
        (&shown["name"], &shown["allowed_origins"]),
        (&json!("Kept"), &json!(["https://shop.example"]))
    );
}

#[tokio::test]
async fn what_does_not_fit_is_refused_field_by_field() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Careful").await;
    let path = format!("/v1/chatbots/{chatbot}");
    let wrong = [
        json!({ "answerer": { "kind": "oracle" } }),
        json!({ "allowed_origins": ["not an origin"] }),
        json!({ "limits": { "message_chars_max": -1 } }),
        json!({ "name": "" }),
        json!({ "no_such_setting": true }),
    ];
    for change in wrong {
        let problem = owner.patch(&path, change.clone()).await.problem(422);
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no errors in {problem}"));
        assert!(
            errors.iter().all(|error| error["field"].is_string() && error["message"].is_string()),
            "{problem}"
        );
    }
    assert_eq!(owner.get(&path).await.expect(200)["config_version"], 1);
}

#[tokio::test]
async fn what_an_owner_may_not_set_stays() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Mine").await;
    let path = format!("/v1/chatbots/{chatbot}");
    let before = owner.get(&path).await.expect(200);
    for theft in [
        json!({ "id": Uuid::now_v7() }),
        json!({ "account_id": Uuid::now_v7() }),
        json!({ "config_version": 99 }),
    ] {
        let answer = owner.patch(&path, theft).await;
        assert!(matches!(answer.status, 200 | 422), "{answer}");
    }
    let after = owner.get(&path).await.expect(200);
    assert_eq!(before["id"], after["id"]);
    assert!(after["config_version"].as_u64() < Some(99), "{after}");
}

#[tokio::test]
async fn a_list_is_walked_page_by_page() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let mut made = BTreeSet::new();
    for number in 0..5 {
        made.insert(owner.chatbot(&format!("Number {number}")).await);
    }
    let (mut seen, mut pages, mut cursor) = (BTreeSet::new(), 0, String::new());
    loop {
        let page = owner.get(&format!("/v1/chatbots?limit=2{cursor}")).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2, "{page}");
        seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((seen, pages), (made, 3));
}

#[tokio::test]
async fn a_deleted_chatbot_is_gone() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let (_, token) = server.anyone().session(&chatbot).await;
    let deleted = owner.delete(&format!("/v1/chatbots/{chatbot}")).await;
    assert_eq!(deleted.status, 204, "{deleted}");
    owner.get(&format!("/v1/chatbots/{chatbot}")).await.problem(404);
    let late = server.anyone().bearing(&token);
    late.post(&format!("/v1/chatbots/{chatbot}/messages"), json!({ "text": "hello?" })).await.problem(404);
}
