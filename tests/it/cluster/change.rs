//! What is changed on one node holds on the other.

use serde_json::json;

use super::Pair;
use crate::support::patience::until;
use crate::support::redis::Redis;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn a_configuration_that_is_changed_on_one_node_reaches_the_open_sockets_of_the_other() {
    let redis = Redis::start();
    let pair = Pair::start(&redis.url(), "5").await;
    let owner = pair.a.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut there = Visitor::connects(&pair.b, &chatbot).await;
    there.asks("hello").await;
    there.sees_answer().await;
    owner.change(&chatbot, json!({ "name": "Renamed" })).await;
    assert_eq!(there.sees("config").await.data["name"], "Renamed");
}

#[tokio::test]
async fn what_is_read_on_one_node_is_known_on_the_other() {
    let redis = Redis::start();
    let pair = Pair::start(&redis.url(), "5").await;
    let owner = pair.a.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let mut there = Visitor::connects(&pair.b, &chatbot).await;
    owner.reads(&chatbot, "The pump", "The colour of the pump is blue.").await;
    until("an answer from what was read", async || {
        there.asks("What colour is the pump?").await;
        there.sees_answer().await.text().contains("blue").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_conversation_that_is_erased_on_one_node_ends_on_the_other() {
    let redis = Redis::start();
    let pair = Pair::start(&redis.url(), "5").await;
    let owner = pair.a.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut there = Visitor::connects(&pair.b, &chatbot).await;
    there.asks("hello").await;
    there.sees_answer().await;
    owner.delete(&format!("/v1/sessions/{}", there.session_id)).await.expect(204);
    assert_eq!(there.is_closed_with().await, 3503);
}
