//! What is kept of an answer, and what becomes of it when its sources change.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::support::api::Api;
use crate::support::patience::until;
use crate::support::server::Server;
use crate::support::stub::{Request, Stub, respond};

const QUESTION: &str = "How long does the warranty of the pump last?";

#[tokio::test]
async fn a_receipt_names_the_passages_and_which_of_them_are_quoted() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    let warranty = owner.reads(&chatbot, "Warranty", "The warranty of the pump lasts three years.").await;
    owner.reads(&chatbot, "Oil", "The pump must be oiled every spring.").await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    let receipt = receipt_of(&owner, &answer).await;
    let cited: Vec<&Value> =
        receipt["chunks"].as_array().unwrap().iter().filter(|chunk| chunk["cited"] == true).collect();
    assert_eq!(cited.len(), 1, "{receipt}");
    assert_eq!(cited[0]["source_id"], warranty["id"]);
    assert_eq!(cited[0]["document_id"], answer["message"]["citations"][0]["document_id"]);
    assert_eq!((&receipt["provider"], &receipt["outdated_sources"]), (&json!("extractive"), &json!([])));
}

#[tokio::test]
async fn answers_are_marked_when_what_they_cite_is_deleted() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    let source = owner.reads(&chatbot, "Warranty", "The warranty of the pump lasts three years.").await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    let session = answer["session_id"].as_str().unwrap();
    assert_eq!(marks(&owner, session).await, Value::Null);
    let source_id = source["id"].as_str().unwrap();
    owner.delete(&format!("/v1/sources/{source_id}")).await;
    let expected = json!([{
        "source_id": source_id,
        "document_id": answer["message"]["citations"][0]["document_id"],
        "change": "removed",
    }]);
    assert_eq!(marks(&owner, session).await, expected);
    assert_eq!(receipt_of(&owner, &answer).await["outdated_sources"], expected);
}

#[tokio::test]
async fn answers_are_marked_when_what_they_cite_is_read_anew() {
    let years = Arc::new(AtomicU32::new(3));
    let said = Arc::clone(&years);
    let site = Stub::serve(move |request, stream| terms(request, stream, said.load(Ordering::SeqCst))).await;
    let server = Server::plan().with("AIHIO__CRAWLER__ALLOW_PRIVATE", site.address()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    let page = json!({ "kind": "url", "url": format!("http://{}/terms", site.address()) });
    let source = owner.adds(&chatbot, page).await;
    owner.job_of(&source).await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    let session = answer["session_id"].as_str().unwrap();
    years.store(5, Ordering::SeqCst);
    let source_id = source["id"].as_str().unwrap();
    owner.post(&format!("/v1/sources/{source_id}/sync"), json!({})).await;
    let marks = until("the answer to be marked", async || {
        Some(marks(&owner, session).await).filter(|marks| !marks.is_null())
    })
    .await;
    assert_eq!((&marks[0]["source_id"], &marks[0]["change"]), (&json!(source_id), &json!("changed")));
    let newer = until("the new terms to be known", async || {
        let answer = owner.asks(&chatbot, QUESTION).await;
        answer["message"]["text"].as_str().is_some_and(|text| text.contains("5 years")).then_some(answer)
    })
    .await;
    assert_eq!(receipt_of(&owner, &newer).await["outdated_sources"], json!([]));
}

/// A shop's terms, with a warranty of so many years.
async fn terms(request: Request, mut stream: TcpStream, years: u32) {
    if request.path != "/terms" {
        return respond(&mut stream, "404 Not Found", "", "").await;
    }
    let page = format!("<main><h1>Terms</h1><p>The warranty of the pump lasts {years} years.</p></main>");
    respond(&mut stream, "200 OK", "content-type: text/html\r\n", &page).await;
}

/// What the history says of the answer's sources.
async fn marks(owner: &Api, session: &str) -> Value {
    owner.history(session).await[1]["outdated_sources"].clone()
}

async fn receipt_of(owner: &Api, answer: &Value) -> Value {
    let message_id = answer["message"]["message_id"].as_str().unwrap();
    owner.get(&format!("/v1/messages/{message_id}/receipt")).await.expect(200)
}
