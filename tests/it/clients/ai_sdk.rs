//! The AI SDK's own chat and transport, with nothing set but the address.

use serde_json::{Value, json};

use crate::support::program::{Program, clients, mortal, script};
use crate::support::server::Server;

const FIRST: &str = "What colour is the pump?";
const SECOND: &str = "How much does the pump weigh?";

#[tokio::test]
async fn the_chat_of_the_ai_sdk_talks_to_a_chatbot_and_goes_on_with_its_conversation() {
    let Some(node) = Program::Node.find() else { return };
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Pump Guide").await;
    owner
        .reads(&chatbot, "The pump", "The colour of the pump is blue.\n\nThe pump weighs nine kilograms.")
        .await;

    let mut command = mortal(&node);
    command.arg(script("ai_chat.mjs")).env("NODE_PATH", clients().join("node_modules"));
    command.arg(server.url(&format!("/v1/chatbots/{chatbot}/messages"))).args([FIRST, SECOND]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();

    assert_eq!((&told["status"], &told["errors"]), (&json!("ready"), &json!([])), "{told}");
    let messages = told["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant"]);
    assert!(text(&messages[1]).contains("blue") && text(&messages[3]).contains("nine kilograms"), "{told}");
    let citation = part(&messages[1], "data-citation").unwrap();
    assert_eq!(citation["data"]["title"], "The pump");
    let session = |message: &Value| message["metadata"]["session_id"].as_str().unwrap().to_owned();
    assert_eq!(session(&messages[1]), session(&messages[3]), "one conversation");
    let history = owner.history(&session(&messages[1])).await;
    let kept: Vec<_> = history.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!((kept.len(), kept[0], kept[2]), (4, FIRST, SECOND));
    assert_eq!(history[1]["text"], text(&messages[1]));
}

fn part<'a>(message: &'a Value, kind: &str) -> Option<&'a Value> {
    message["parts"].as_array().unwrap().iter().find(|part| part["type"] == kind)
}

fn text(message: &Value) -> String {
    part(message, "text").unwrap()["text"].as_str().unwrap().to_owned()
}
