//! The official OpenAI clients, pointed at a chatbot.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::model::{Model, Turn};
use crate::support::program::{Program, clients, script};
use crate::support::server::Server;

#[tokio::test]
async fn the_official_python_client_talks_to_a_chatbot() {
    let Some(python) = Program::Python.find() else { return };
    let mut command = Command::new(python);
    command.arg(script("openai_chat.py"));
    talks(command).await;
}

#[tokio::test]
async fn the_official_javascript_client_talks_to_a_chatbot() {
    let Some(node) = Program::Node.find() else { return };
    let mut command = Command::new(node);
    command.arg(script("openai_chat.mjs")).env("NODE_PATH", clients().join("node_modules"));
    talks(command).await;
}

/// Has a client ask a chatbot in all the ways that its script does.
async fn talks(mut command: Command) {
    let model = Model::with([Turn::saying("It is blue [1]."), Turn::saying("It is blue [1].")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let slug = slug_of(&owner, &chatbot).await;
    let key = owner.post("/v1/account/api-keys", json!({ "name": "test" })).await.expect(201);
    command.arg(server.url("/openai/v1"));
    command.arg(key["secret"].as_str().unwrap()).arg(&slug).arg("What colour is the pump?");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(told["models"], json!([slug]));
    assert_eq!(told["whole"], "It is blue [1].");
    let pieces = told["pieces"].as_array().unwrap().iter().map(|piece| piece.as_str().unwrap());
    assert_eq!(pieces.collect::<String>(), "It is blue [1].");
    assert_eq!((&told["whole_finish"], &told["streamed_finish"]), (&json!("stop"), &json!("stop")));
    assert_eq!((&told["whole_model"], &told["unknown_status"]), (&json!(slug), &json!(404)));
    let usage = json!({ "prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18 });
    assert_eq!(told["usage"], usage);
}

async fn slug_of(owner: &Api, chatbot: &str) -> String {
    let shown = owner.get(&format!("/v1/chatbots/{chatbot}")).await.expect(200);
    shown["slug"].as_str().unwrap().to_owned()
}
