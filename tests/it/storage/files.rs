//! Files go from the browser to the bucket, and from there into answers.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::object_store::ObjectStore;
use crate::support::patience::until;
use crate::support::server::Server;

const SENTENCE: &str = "The pump must be oiled every spring.";

async fn announced(owner: &Api, chatbot: &str, size: usize) -> Value {
    let asked = json!({ "filename": "care.txt", "content_type": "text/plain", "size": size });
    owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201)
}

#[tokio::test]
async fn a_file_goes_straight_to_the_bucket_and_is_quoted() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, SENTENCE.len()).await;
    assert!(upload["url"].as_str().unwrap().starts_with(&store.url()), "{upload}");
    assert_eq!(upload["part_bytes"], json!(null));
    let job = owner.uploads(&chatbot, "care.txt", "text/plain", SENTENCE.as_bytes()).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let answer = owner.asks(&chatbot, "When must the pump be oiled?").await;
    assert_eq!(answer["message"]["citations"][0]["quote"], SENTENCE, "{answer}");
}

#[tokio::test]
async fn a_deleted_source_or_chatbot_leaves_nothing_in_the_bucket() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    for _ in 0..2 {
        owner.uploads(&chatbot, "care.txt", "text/plain", SENTENCE.as_bytes()).await;
    }
    // Sent, and never made a source of.
    let lone = announced(&owner, &chatbot, 5).await;
    assert_eq!(owner.send(owner.signed(&lone).body("words")).await.status, 200);
    let objects = async || store.listed().await.matches("<Key>").count();
    assert_eq!(objects().await, 3);
    let sources = owner.get(&format!("/v1/chatbots/{chatbot}/sources")).await.expect(200);
    let first = sources["items"][0]["id"].as_str().unwrap();
    owner.delete(&format!("/v1/sources/{first}")).await.expect(204);
    assert_eq!(objects().await, 2);
    owner.delete(&format!("/v1/chatbots/{chatbot}")).await.expect(204);
    until("an empty bucket", async || (objects().await == 0).then_some(())).await;
}

#[tokio::test]
async fn what_arrived_must_be_what_was_announced() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, 100).await;
    let source = json!({ "kind": "file", "upload_id": upload["upload_id"] });
    let path = format!("/v1/chatbots/{chatbot}/sources");
    let early = owner.post(&path, source.clone()).await.problem(422);
    assert!(early["errors"][0]["message"].as_str().unwrap().contains("not arrived"), "{early}");
    // This store checks no signature, so that a wrong length gets in.
    assert_eq!(owner.send(owner.signed(&upload).body("short")).await.status, 200);
    let wrong = owner.post(&path, source).await.problem(422);
    assert!(wrong["errors"][0]["message"].as_str().unwrap().contains("5 bytes"), "{wrong}");
}

#[tokio::test]
async fn pages_may_speak_to_the_store_and_to_nobody_else() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).start().await;
    let page = server.anyone().get("/").await;
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with(&format!("connect-src 'self' ws: wss: {}", store.url())), "{policy}");
}

#[tokio::test]
async fn a_store_that_is_gone_is_waited_for() {
    let Some(store) = ObjectStore::start().await else { return };
    let server = store.keeps(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, 5).await;
    drop(store);
    let source = json!({ "kind": "file", "upload_id": upload["upload_id"] });
    owner.post(&format!("/v1/chatbots/{chatbot}/sources"), source).await.problem(503);
    assert_eq!(server.anyone().get("/readyz").await.status, 200);
}
