//! What may be asked after an answer, where the owner wants that to be said.

use serde_json::json;

use crate::support::model::{Model, Turn};
use crate::support::patience::until;
use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn a_model_proposes_what_the_sources_answer_and_it_is_counted_without_a_credit() {
    let proposals = "Who won the chess match?\nMay goods be sent back?";
    let model = Model::with([Turn::saying("It lasts three years. [1]"), Turn::saying(proposals)]).await;
    let server = model.known_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Shop").await;
    owner.reads(&chatbot, "Warranty", "The warranty of the pump lasts three years.").await;
    owner.reads(&chatbot, "Returns", "Goods may be sent back within thirty days.").await;
    let change = json!({ "answerer": { "kind": "llm" }, "behaviour": { "follow_ups": "on" } });
    owner.change(&chatbot, change).await;

    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("How long does the warranty of the pump last?").await;
    let answer = visitor.sees_answer().await;
    let offered = visitor.sees("suggestions").await;
    assert_eq!(offered.offset, None, "it is no part of the history");
    assert_eq!(offered.data["message_id"], answer.message["message_id"]);
    assert_eq!(offered.data["items"], json!(["May goods be sent back?"]));
    assert_eq!(owner.history(&visitor.session_id).await.len(), 2);

    let receipt = format!("/v1/messages/{}/receipt", answer.message["message_id"].as_str().unwrap());
    let tokens = owner.get(&receipt).await.expect(200)["tokens"]["completion"].as_u64().unwrap();
    let used = async |kind: &str| {
        let usage = owner.get("/v1/usage?by=day").await.expect(200);
        let rows = usage["items"].as_array().unwrap().iter().filter(|row| row["kind"] == kind);
        rows.map(|row| row["amount"].as_u64().unwrap()).sum::<u64>()
    };
    until("the proposal's tokens are counted", async || {
        (used("completion_tokens").await == 2 * tokens).then_some(())
    })
    .await;
    assert_eq!((used("answer").await, model.calls().len()), (1, 2));
}
