//! A server of the Model Context Protocol as the official SDK makes it, unmodified.

use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::support::model::{Model, Turn};
use crate::support::patience::until;
use crate::support::program::{Program, mortal, script};
use crate::support::server::{Log, Server};
use crate::support::tools::{equipped, member};
use crate::support::visitor::Visitor;

#[tokio::test]
async fn tools_of_the_official_sdk_are_listed_called_and_their_faults_told() {
    let Some(shop) = Shop::open().await else { return };
    let calls = [7, 0].map(|order| ("shop_order_state".to_owned(), json!({ "order": order })));
    let turns = vec![Turn::Calls(String::new(), calls.to_vec()), Turn::saying("It is on its way.")];
    let (server, model) = shop.with_model(turns).await;
    let owner = server.owner().await;
    let chatbot = equipped(&owner, "scripted", shop.source(&["order_state"])).await;

    let checked = owner.post(&format!("/v1/chatbots/{chatbot}/tools/check"), json!({})).await.expect(200);
    let tools = checked["items"][0]["tools"].as_array().unwrap();
    let names: Vec<_> = tools.iter().map(|tool| (&tool["own_name"], &tool["offered"])).collect();
    assert!(names.contains(&(&json!("order_state"), &json!(true))), "{checked}");
    assert!(names.contains(&(&json!("cancel_order"), &json!(false))), "{checked}");

    let mut visitor = Visitor::connects_as(&server, &chatbot, &member(&server, &owner, &chatbot).await).await;
    visitor.asks("Where is order 7?").await;
    assert_eq!(visitor.sees_answer().await.text(), "It is on its way.");
    let told = model.calls()[1]["messages"].to_string();
    assert!(
        told.contains("Order 7 is on its way.") && told.contains("Error executing tool order_state"),
        "{told}"
    );
    assert_eq!(model.calls()[0]["tools"].as_array().unwrap().len(), 1, "{}", model.calls()[0]["tools"]);
    assert!(shop.log.read().contains("called order_state(7)"), "{}", shop.log.read());
}

#[tokio::test]
async fn a_server_of_the_official_sdk_is_told_when_an_answer_is_stopped() {
    let Some(shop) = Shop::open().await else { return };
    let (server, _model) = shop.with_model(vec![Turn::calling("shop_count_stock", json!({}))]).await;
    let owner = server.owner().await;
    let chatbot = equipped(&owner, "scripted", shop.source(&["count_stock"])).await;
    let mut visitor = Visitor::connects_as(&server, &chatbot, &member(&server, &owner, &chatbot).await).await;
    visitor.asks("How many pumps are there?").await;
    let question = visitor.sees_message_from("visitor").await.data["message_id"].clone();
    let logged = |line: &'static str| {
        let log = shop.log.clone();
        until(line, async move || log.read().contains(line).then_some(()))
    };
    logged("called count_stock()").await;
    visitor.calls("answer.stop", json!({ "message_id": question })).await.unwrap();
    logged("cancelled count_stock()").await;
}

/// The server, as a process of its own.
struct Shop {
    process: Child,
    address: String,
    log: Log,
}

impl Shop {
    async fn open() -> Option<Self> {
        let python = Program::Python.find()?;
        let mut command = mortal(&python);
        command.arg(script("mcp_server.py"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut process = command.spawn().unwrap();
        let log = Log::default();
        log.follow(process.stdout.take().unwrap());
        let address = until("the address of the server", async || {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", log.read());
            let line = log.read();
            line.lines().find_map(|line| Some(line.strip_prefix("listening on ")?.to_owned()))
        });
        let address = address.await;
        Some(Self { process, address, log })
    }

    fn source(&self, tools: &[&str]) -> Value {
        json!({ "kind": "mcp", "name": "shop", "url": format!("http://{}/mcp", self.address), "tools": tools })
    }

    async fn with_model(&self, turns: Vec<Turn>) -> (Server, Model) {
        let model = Model::with(turns).await;
        let plan = Server::plan().with("AIHIO__CRAWLER__ALLOW_PRIVATE", self.address.clone());
        (model.known_to(plan).start().await, model)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
