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

#[tokio::test]
async fn a_model_may_speak_the_messages_api() {
    let model = Model::with([Turn::Fails(529), Turn::saying("It is blue [1].")]).await;
    let server = model.known_as("claude", "anthropic", Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("claude").await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    assert_eq!(answer["message"]["text"], "It is blue [1].");
    assert_eq!(answer["message"]["citations"][0]["quote"], "The colour of the pump is blue.");
    let call = model.calls().pop().unwrap();
    assert!(call["system"].as_str().unwrap().contains("The colour of the pump is blue."), "{call}");
    assert_eq!(call["messages"], json!([{ "role": "user", "content": QUESTION }]));
    let receipt = receipt_of(&owner, &answer).await;
    assert_eq!(receipt["tokens"], json!({ "prompt": 11, "completion": 7 }), "{receipt}");
    assert_eq!((&receipt["provider"], &receipt["stop"]), (&json!("claude"), &json!("complete")));
}

#[tokio::test]
async fn a_chain_goes_from_provider_to_provider() {
    let (broken, sound) =
        (Model::with(vec![Turn::Fails(500); 9]).await, Model::with([Turn::saying("It is blue.")]).await);
    let plan = broken.known_as("first", "openai", Server::plan());
    let server = sound.known_as("second", "anthropic", plan).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("first").await;
    let second = json!({ "kind": "llm", "provider": "second", "model": "large" });
    let answerer = json!({ "kind": "llm", "provider": "first", "fallback": [second, "extractive"] });
    owner.change(&chatbot, json!({ "answerer": answerer })).await;
    let answer = owner.asks(&chatbot, QUESTION).await;
    assert_eq!(answer["message"]["text"], "It is blue.");
    assert_eq!(sound.calls()[0]["model"], "large");
    let receipt = receipt_of(&owner, &answer).await;
    assert_eq!(receipt["passed_over"], json!([{ "provider": "first", "fault": "unavailable" }]), "{receipt}");
    assert_eq!(receipt["provider"], "second");
}

#[tokio::test]
async fn a_model_that_never_begins_is_given_up() {
    let model = Model::with(vec![Turn::Hangs; 3]).await;
    let plan = model.known_to(Server::plan()).with("AIHIO__LLM__SCRIPTED__FIRST_TOKEN_SECONDS", "1");
    let server = plan.start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let answerer = json!({ "kind": "llm", "provider": "scripted", "fallback": ["extractive"] });
    owner.change(&chatbot, json!({ "answerer": answerer })).await;
    let receipt = receipt_of(&owner, &owner.asks(&chatbot, QUESTION).await).await;
    assert_eq!(
        receipt["passed_over"],
        json!([{ "provider": "scripted", "fault": "timed_out" }]),
        "{receipt}"
    );
    assert_eq!(model.calls().len(), 1, "what may have been paid for is not asked again");
}

#[tokio::test]
async fn a_model_that_fails_for_everybody_is_left_alone() {
    let model = Model::with(vec![Turn::Fails(500); 99]).await;
    let (_server, owner, chatbot) = at(&model).await;
    let answerer = json!({ "kind": "llm", "provider": "scripted", "fallback": ["extractive"] });
    owner.change(&chatbot, json!({ "answerer": answerer })).await;
    for _ in 0..4 {
        owner.asks(&chatbot, QUESTION).await;
    }
    assert_eq!(model.calls().len(), 5, "the breaker is open");
    let receipt = receipt_of(&owner, &owner.asks(&chatbot, QUESTION).await).await;
    assert_eq!(receipt["passed_over"][0]["fault"], "resting", "{receipt}");
}

#[tokio::test]
async fn tokens_and_their_price_are_counted() {
    let model = Model::with([Turn::saying("It is blue.")]).await;
    let plan = model.known_to(Server::plan());
    let server = plan.with("AIHIO__LLM__SCRIPTED__PRICES", "scripted-1=2/30, *=1/1").start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let receipt = receipt_of(&owner, &owner.asks(&chatbot, QUESTION).await).await;
    assert_eq!(receipt["cost_micros"], 11 * 2 + 7 * 30, "{receipt}");
    let usage = owner.get("/v1/usage?by=day").await.expect(200);
    for (kind, amount) in
        [("answer", 1), ("prompt_tokens", 11), ("completion_tokens", 7), ("cost_micros", 232)]
    {
        let counted = usage["items"].as_array().unwrap().iter().find(|item| item["kind"] == kind);
        assert_eq!(counted.map(|item| &item["amount"]), Some(&json!(amount)), "{kind} in {usage}");
    }
}

#[tokio::test]
async fn what_the_owner_wrote_wins_over_the_model() {
    let model = Model::with([]).await;
    let (_server, owner, chatbot) = at(&model).await;
    let pair =
        json!({ "kind": "qa", "question": "Do you ship to Norway?", "answer": "Yes, within **five** days." });
    owner.job_of(&owner.adds(&chatbot, pair).await).await;
    let answer = owner.asks(&chatbot, "do you ship to norway").await;
    assert_eq!(answer["message"]["text"], "Yes, within **five** days. [1]");
    assert_eq!(answer["message"]["citations"][0]["quote"], "Yes, within **five** days.");
    assert_eq!(receipt_of(&owner, &answer).await["provider"], "curated");
    assert_eq!(model.calls(), Vec::<Value>::new(), "no model is asked");
    owner.asks(&chatbot, "Do you ship the pump in blue to Norway?").await;
    assert_eq!(model.calls().len(), 1, "another question is the model's");
}

async fn receipt_of(owner: &Api, answer: &Value) -> Value {
    let message_id = answer["message"]["message_id"].as_str().unwrap();
    owner.get(&format!("/v1/messages/{message_id}/receipt")).await.expect(200)
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

#[tokio::test]
async fn what_models_do_shows_in_the_metrics() {
    let model = Model::with([Turn::Fails(400), Turn::saying("Blue. [1]")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    owner.change(&chatbot, json!({ "answerer": { "fallback": ["extractive"] } })).await;
    for _ in 0..2 {
        owner.asks(&chatbot, "What is the colour of the pump?").await;
    }
    let metrics = owner.get("/metrics").await.text;
    for line in [
        r#"aihio_model_attempts_total{provider="scripted",outcome="refused"} 1"#,
        r#"aihio_model_attempts_total{provider="scripted",outcome="answered"} 1"#,
        r#"aihio_model_fail_overs_total{provider="scripted",reason="refused"} 1"#,
        r#"aihio_model_first_token_seconds_count{provider="scripted"} 1"#,
        r#"aihio_model_breaker_state{provider="scripted",state="closed"} 1"#,
    ] {
        assert!(metrics.contains(line), "no {line} in\n{metrics}");
    }
}
