//! Answers by a model, and everything that goes wrong with models.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::model::{Model, Turn, words};
use crate::support::server::Server;
use crate::support::visitor::Visitor;

const QUESTION: &str = "What colour is the pump?";

#[tokio::test]
async fn a_model_is_given_what_was_read_and_what_was_asked() {
    let model = Model::with([Turn::saying("It is blue.")]).await;
    let (_server, owner, chatbot) = at(&model).await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    assert_eq!(answer["message"]["text"], "It is blue.");
    let calls = model.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!((&calls[0]["model"], &calls[0]["stream"]), (&json!("scripted-1"), &json!(true)));
    let prompt = calls[0]["messages"].to_string();
    assert!(prompt.contains("The colour of the pump is blue.") && prompt.contains(QUESTION), "{prompt}");
}

#[tokio::test]
async fn a_model_that_refuses_for_a_moment_is_asked_again() {
    for status in [429, 500, 503] {
        let model = Model::with([Turn::Fails(status), Turn::saying("It is blue.")]).await;
        let (_server, owner, chatbot) = at(&model).await;
        assert_eq!(owner.asks(&chatbot, QUESTION).await["message"]["text"], "It is blue.", "after {status}");
        assert_eq!(model.calls().len(), 2, "after {status}");
    }
}

#[tokio::test]
async fn a_model_that_ends_twice_has_ended() {
    let model = Model::with([Turn::EndsTwice(words("It is blue."))]).await;
    let (server, owner, chatbot) = at(&model).await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks(QUESTION).await;
    assert_eq!(visitor.sees_answer().await.text(), "It is blue.");
    visitor.asks(QUESTION).await;
    visitor.sees_answer().await;
    assert_eq!(owner.history(&visitor.session_id).await.len(), 4, "one answer a question");
}

#[tokio::test]
async fn a_model_that_fails_for_good_is_told_to_the_visitor_and_not_billed() {
    for failure in [Turn::Fails(400), Turn::Babbles, Turn::IsCutAfter(words("It is "))] {
        let model = Model::with(vec![failure.clone(); 8]).await;
        let (server, owner, chatbot) = at(&model).await;
        let before = answers_billed(&owner).await;
        let mut visitor = Visitor::connects(&server, &chatbot).await;
        visitor.asks(QUESTION).await;
        let notice = visitor.sees("notice").await;
        assert_eq!(notice.data["code"], 1005, "{failure:?}: {}", notice.data);
        let history = owner.history(&visitor.session_id).await;
        assert!(!history.iter().any(|item| item["role"] == "assistant"), "{failure:?}: {history:?}");
        assert_eq!(answers_billed(&owner).await, before, "{failure:?}: a failed answer costs nothing");
        assert!(model.calls().len() <= 3, "{failure:?}: {} calls", model.calls().len());
    }
}

#[tokio::test]
async fn when_a_model_fails_the_next_in_the_chain_answers() {
    let model = Model::with(vec![Turn::Fails(500); 8]).await;
    let (_server, owner, chatbot) = at(&model).await;
    let answerer = json!({ "kind": "llm", "provider": "scripted", "fallback": ["extractive"] });
    owner.change(&chatbot, json!({ "answerer": answerer })).await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    assert!(answer["message"]["text"].as_str().unwrap().contains("blue"), "{answer}");
    assert_ne!(answer["message"]["citations"], json!([]));
}

#[tokio::test]
async fn an_answer_has_a_receipt() {
    let model = Model::with([Turn::saying("It is blue.")]).await;
    let (_server, owner, chatbot) = at(&model).await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    let message_id = answer["message"]["message_id"].as_str().unwrap();
    let receipt = owner.get(&format!("/v1/messages/{message_id}/receipt")).await.expect(200);
    assert_eq!(
        (&receipt["provider"], &receipt["model"]),
        (&json!("scripted"), &json!("scripted-1")),
        "{receipt}"
    );
    assert_eq!(receipt["tokens"], json!({ "prompt": 11, "completion": 7 }), "{receipt}");
    assert!(receipt["prompt_hash"].is_string() && receipt["config_version"].is_u64(), "{receipt}");
    assert!(receipt["chunks"].as_array().is_some_and(|chunks| !chunks.is_empty()), "{receipt}");
}

async fn at(model: &Model) -> (Server, Api, String) {
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    (server, owner, chatbot)
}

async fn answers_billed(owner: &Api) -> Value {
    let usage = owner.get("/v1/usage?by=day").await.expect(200);
    let answers = usage["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "answer");
    answers.map(|item| item["amount"].as_u64().unwrap_or_default()).sum::<u64>().into()
}
