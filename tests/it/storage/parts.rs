//! Large files go to the bucket in parts.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::api::Api;
use crate::support::object_store::ObjectStore;
use crate::support::server::{Plan, Server};

/// A Word document with a picture of some MiB in it. Made before there is a connection that would time out meanwhile.
fn large_document() -> Vec<u8> {
    let word = include_bytes!("../../documents/care.docx");
    let mut from = ZipArchive::new(Cursor::new(word.as_slice())).unwrap();
    let mut into = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..from.len() {
        into.raw_copy_file(from.by_index(index).unwrap()).unwrap();
    }
    let picture = vec![b'x'; 6_000_000];
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    into.start_file("word/media/image1.png", stored).unwrap();
    into.write_all(&picture).unwrap();
    into.finish().unwrap().into_inner()
}

fn in_parts(store: &ObjectStore) -> Plan {
    store
        .keeps(Server::plan())
        .with("AIHIO__STORAGE__S3__MULTIPART_BYTES_MIN", "1000000")
        .with("AIHIO__STORAGE__S3__PART_BYTES", "5242880")
}

async fn announced(owner: &Api, chatbot: &str, bytes: &[u8]) -> Value {
    let asked =
        json!({ "filename": "care.docx", "content_type": "application/octet-stream", "size": bytes.len() });
    owner.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201)
}

/// Sends each part to its address and gathers the tags.
async fn sends(owner: &Api, begun: &Value, bytes: &[u8]) -> Vec<String> {
    let part_bytes = usize::try_from(begun["part_bytes"].as_u64().unwrap()).unwrap();
    let mut tags = Vec::new();
    for (part, piece) in begun["parts"].as_array().unwrap().iter().zip(bytes.chunks(part_bytes)) {
        let upload = json!({ "method": "PUT", "url": part["url"], "headers": part["headers"] });
        let sent = owner.send(owner.signed(&upload).body(piece.to_vec())).await;
        assert_eq!(sent.status, 200, "{sent}");
        tags.push(sent.header("etag").to_owned());
    }
    tags
}

#[tokio::test]
async fn a_large_file_goes_in_parts_and_is_quoted() {
    let bytes = large_document();
    let Some(store) = ObjectStore::start().await else { return };
    let server = in_parts(&store).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, &bytes).await;
    assert_eq!(upload["part_bytes"], 5_242_880);
    let id = upload["upload_id"].as_str().unwrap();
    let begun = owner.post(&format!("/v1/uploads/{id}/parts"), json!({})).await.expect(201);
    assert_eq!(begun["parts"].as_array().map(Vec::len), Some(bytes.len().div_ceil(5_242_880)));
    let etags = sends(&owner, &begun, &bytes).await;
    owner.post(&format!("/v1/uploads/{id}/complete"), json!({ "etags": etags })).await.expect(204);
    let source = owner.adds(&chatbot, json!({ "kind": "file", "upload_id": id })).await;
    assert_eq!(owner.job_of(&source).await["state"], "succeeded");
    let answer = owner.asks(&chatbot, "When must the pump be oiled?").await;
    assert!(answer["message"]["text"].as_str().unwrap().contains("every spring"), "{answer}");
}

#[tokio::test]
async fn parts_that_are_missing_or_wrong_are_named() {
    let bytes = large_document();
    let Some(store) = ObjectStore::start().await else { return };
    let server = in_parts(&store).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, &bytes).await;
    let path = format!("/v1/uploads/{}", upload["upload_id"].as_str().unwrap());
    let complete = format!("{path}/complete");
    owner.post(&complete, json!({ "etags": ["x"] })).await.problem(422);
    let begun = owner.post(&format!("{path}/parts"), json!({})).await.expect(201);
    let etags = sends(&owner, &begun, &bytes).await;
    owner.post(&complete, json!({ "etags": [] })).await.problem(422);
    let wrong: Vec<String> = etags.iter().map(|_| format!("\"{}\"", "0".repeat(32))).collect();
    owner.post(&complete, json!({ "etags": wrong })).await.problem(422);
    owner.post(&complete, json!({ "etags": etags })).await.expect(204);
}

#[tokio::test]
async fn parts_that_are_given_up_or_begun_anew_are_forgotten() {
    let bytes = large_document();
    let Some(store) = ObjectStore::start().await else { return };
    let server = in_parts(&store).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, &bytes).await;
    let path = format!("/v1/uploads/{}/parts", upload["upload_id"].as_str().unwrap());
    let begun = async || store.listed_parts().await.matches("<UploadId>").count();
    for _ in 0..2 {
        owner.post(&path, json!({})).await.expect(201);
        assert_eq!(begun().await, 1);
    }
    for _ in 0..2 {
        owner.delete(&path).await.expect(204);
        assert_eq!(begun().await, 0);
    }
}

#[tokio::test]
async fn what_is_small_or_goes_to_the_server_itself_is_sent_whole() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let upload = announced(&owner, &chatbot, &[0; 19 << 20]).await;
    assert_eq!(upload["part_bytes"], json!(null), "the embedded store takes files whole");
    let path = format!("/v1/uploads/{}", upload["upload_id"].as_str().unwrap());
    owner.post(&format!("{path}/parts"), json!({})).await.problem(409);
    owner.post(&format!("{path}/complete"), json!({ "etags": ["x"] })).await.problem(409);
    let stranger = owner.registered("stranger@example.com").await;
    stranger.post(&format!("{path}/parts"), json!({})).await.problem(404);
}
