//! Answers by a true model. It is small, so that what it says means little; what is tested is that a model's server and
//! this one understand each other.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::program::{Program, mortal, script};
use crate::support::server::Server;

/// How often a machine under load is asked for one answer.
const ATTEMPTS_MAX: u32 = 5;

#[tokio::test]
async fn a_true_model_answers_piece_by_piece_and_its_tokens_are_counted() {
    let Some(model) = TrueModel::start().await else { return };
    let plan = Server::plan()
        .with("AIHIO__LLM__SMALL__BASE_URL", format!("{}/v1", model.address))
        .with("AIHIO__LLM__SMALL__MODEL", "smollm2")
        .with("AIHIO__LLM__SMALL__TOKENS_MAX", "16")
        .with("AIHIO__LLM__SMALL__FIRST_TOKEN_SECONDS", "110")
        .with("AIHIO__LLM__SMALL__BETWEEN_TOKENS_SECONDS", "60")
        .with("AIHIO__LLM__SMALL__PRICES", "smollm2=1/2");
    let server = plan.start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("small").await;
    let told = streamed(&server, &owner, &chatbot).await;
    let pieces: Vec<&str> = told.iter().filter_map(|part| part["delta"].as_str()).collect();
    let message_id = told[0]["messageId"].as_str().unwrap();
    let session = told[0]["messageMetadata"]["session_id"].as_str().unwrap();
    let history = owner.history(session).await;
    assert!(!pieces.is_empty() && pieces.concat() == history[1]["text"], "{told:?}");

    let receipt = owner.get(&format!("/v1/messages/{message_id}/receipt")).await.expect(200);
    let tokens = |kind: &str| receipt["tokens"][kind].as_u64().unwrap();
    assert!(tokens("prompt") > 50 && (1..=16).contains(&tokens("completion")), "{receipt}");
    assert_eq!(receipt["cost_micros"], tokens("prompt") + 2 * tokens("completion"), "{receipt}");
    let reasons = [json!("complete"), json!("length")];
    assert!(reasons.contains(&receipt["stop"]) && receipt["provider"] == "small", "{receipt}");
}

/// The parts of an answer as it was streamed. A machine that is busy elsewhere may take longer than an answer may: the
/// model remembers what it has read of the prompt, so that asking again goes on where it was.
async fn streamed(server: &Server, owner: &Api, chatbot: &str) -> Vec<Value> {
    let client = reqwest::Client::new();
    for _ in 0..ATTEMPTS_MAX {
        let request = client.post(server.url(&format!("/v1/chatbots/{chatbot}/messages")));
        let request = request.bearer_auth(owner.token()).header("accept", "text/event-stream");
        let response = request.json(&json!({ "text": "What colour is the pump?" })).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let text = response.text().await.unwrap();
        let data =
            text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
        let parts: Vec<Value> = data.map(|part| serde_json::from_str(part).unwrap()).collect();
        if parts.last().is_some_and(|part| part["type"] == "finish") {
            return parts;
        }
        eprintln!("the model did not answer in time: {text}");
    }
    panic!("the model did not answer in {ATTEMPTS_MAX} attempts");
}

/// The model's server, in a process of its own that ends with the value.
struct TrueModel {
    process: Child,
    address: String,
}

impl TrueModel {
    /// Starts it; none where it can't be had.
    async fn start() -> Option<Self> {
        let mut command = mortal(&Program::Model.find()?);
        command
            .arg(script("model_server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().expect("the model can be started");
        let mut told = BufReader::new(process.stdout.take().expect("it is piped"));
        let reading = tokio::task::spawn_blocking(move || {
            let mut address = String::new();
            told.read_line(&mut address).map(|_| address.trim().to_owned())
        });
        let address = reading.await.expect("no panic").expect("it can be read");
        assert!(address.starts_with("http://"), "the model told no address: {address}");
        Some(Self { process, address })
    }
}

impl Drop for TrueModel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
