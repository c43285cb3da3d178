//! Answers quoted from the sources, without any model.

use serde_json::json;

use crate::support::server::Server;
use crate::support::visitor::Visitor;

const MANUAL: &str = "The pump must be oiled every spring. Use light machine oil only.\n\n\
    The warranty of the pump lasts three years from the day of purchase.\n\n\
    Spare seals for the pump are sold in sets of four.";

#[tokio::test]
async fn an_answer_quotes_its_sources_word_for_word() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    let source = owner.reads(&chatbot, "Manual", MANUAL).await;
    let source_id = source["id"].as_str().unwrap();
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("How long does the warranty of the pump last?").await;
    let answer = visitor.sees_answer().await;

    assert!(answer.text().contains("three years"), "{}", answer.text());
    assert!(answer.deltas == 0 || answer.streamed == answer.text());
    assert!(!answer.citations().is_empty());
    for citation in answer.citations() {
        assert_eq!((&citation["source_id"], &citation["title"]), (&json!(source_id), &json!("Manual")));
        let quote = citation["quote"].as_str().unwrap();
        assert!(MANUAL.contains(quote), "not a literal quote: {quote}");
    }
}

#[tokio::test]
async fn without_evidence_it_says_so_and_cites_nothing() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    owner.reads(&chatbot, "Manual", MANUAL).await;
    owner.change(&chatbot, json!({ "behaviour": { "refusal": "I have not read about that." } })).await;
    let answer = owner.asks(&chatbot, "Who won the chess championship in Reykjavik?").await;
    assert_eq!(answer["message"]["text"], "I have not read about that.");
    assert_eq!(answer["message"]["citations"], json!([]));
}

#[tokio::test]
async fn a_question_with_its_answer_is_known_at_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    let pair =
        json!({ "kind": "qa", "question": "Do you ship to Norway?", "answer": "Yes, within five days." });
    let job = owner.job_of(&owner.adds(&chatbot, pair).await).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let answer = owner.asks(&chatbot, "Do you ship to Norway?").await;
    assert!(answer["message"]["text"].as_str().unwrap().contains("within five days"), "{answer}");
}

#[tokio::test]
async fn what_was_deleted_is_not_quoted_any_more() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pumps").await;
    let source = owner.reads(&chatbot, "Manual", MANUAL).await;
    let source_id = source["id"].as_str().unwrap();
    let question = "How long does the warranty of the pump last?";
    assert_ne!(owner.asks(&chatbot, question).await["message"]["citations"], json!([]));
    let deleted = owner.delete(&format!("/v1/sources/{source_id}")).await;
    assert!((200..300).contains(&deleted.status), "{deleted}");
    crate::support::patience::until("the source to be forgotten", async || {
        let answer = owner.asks(&chatbot, question).await;
        (answer["message"]["citations"] == json!([])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn one_chatbot_does_not_know_what_another_has_read() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (reader, other) = (owner.chatbot("Reader").await, owner.chatbot("Other").await);
    owner.reads(&reader, "Manual", MANUAL).await;
    let answer = owner.asks(&other, "How long does the warranty of the pump last?").await;
    assert_eq!(answer["message"]["citations"], json!([]));
    assert!(!answer["message"]["text"].as_str().unwrap().contains("three years"), "{answer}");
}
