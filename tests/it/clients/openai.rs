//! The official OpenAI client, pointed at a chatbot.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::program::{Program, script};
use crate::support::server::Server;

#[tokio::test]
async fn the_official_client_talks_to_a_chatbot() {
    let Some(python) = Program::Python.find() else { return };
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pump Guide").await;
    owner
        .reads(&chatbot, "The pump", "The colour of the pump is blue. The pump weighs nine kilograms.")
        .await;
    let slug =
        owner.get(&format!("/v1/chatbots/{chatbot}")).await.expect(200)["slug"].as_str().unwrap().to_owned();
    let key = owner.post("/v1/account/api-keys", json!({ "name": "test" })).await.expect(201);

    let mut command = Command::new(python);
    command.arg(script("openai_chat.py")).arg(server.url("/openai/v1"));
    command.arg(key["secret"].as_str().unwrap()).arg(&slug).arg("What colour is the pump?");
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!(told["models"], json!([slug]));
    let whole = told["whole"].as_str().unwrap();
    assert!(whole.contains("blue"), "{told}");
    let pieces = told["pieces"].as_array().unwrap().iter().map(|piece| piece.as_str().unwrap());
    assert_eq!(pieces.collect::<String>(), whole);
    assert_eq!((&told["whole_finish"], &told["streamed_finish"]), (&json!("stop"), &json!("stop")));
    assert_eq!((&told["whole_model"], &told["unknown_status"]), (&json!(slug), &json!(404)));
}
