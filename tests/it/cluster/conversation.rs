//! A conversation that lives on one node, from another.

use serde_json::json;

use super::{Pair, history};
use crate::support::model::{Model, Turn};
use crate::support::redis::{Redis, RedisCluster};
use crate::support::visitor::Visitor;

const QUESTION: &str = "What colour is the pump?";

#[tokio::test]
async fn a_socket_on_another_node_takes_part_over_one_redis() {
    let redis = Redis::start();
    a_socket_on_another_node_takes_part(&redis.url()).await;
}

#[tokio::test]
async fn a_socket_on_another_node_takes_part_over_a_redis_cluster() {
    let redis = RedisCluster::start();
    a_socket_on_another_node_takes_part(&redis.url()).await;
}

async fn a_socket_on_another_node_takes_part(redis: &str) {
    let model = Model::with([Turn::dripping("It is as blue as the sea.")]).await;
    let pair = Pair::with_model(&model, redis, "5").await;
    let owner = pair.a.owner().await;
    let chatbot = owner.model_chatbot("scripted").await;
    let mut here = Visitor::connects(&pair.a, &chatbot).await;
    let mut there = Visitor::connects_as(&pair.b, &chatbot, &here.token.clone()).await;
    assert_eq!((&there.session_id, &there.epoch), (&here.session_id, &here.epoch));

    let sent = there.asks(QUESTION).await;
    assert_eq!(sent.seq, 1);
    model.lets(1);
    assert_eq!(here.sees("delta").await.data["text"], there.sees("delta").await.data["text"]);
    model.lets(9);
    let (at_home, away) = (here.sees_answer().await, there.sees_answer().await);
    assert_eq!((at_home.text(), away.text()), ("It is as blue as the sea.", "It is as blue as the sea."));
    assert_eq!(at_home.offset, away.offset);

    let again = there.sends(&sent.client_id, QUESTION).await.unwrap();
    assert_eq!((again.seq, again.duplicate), (1, true));
    there.is_cut();
    here.asks("And the hose?").await;
    here.sees_answer().await;
    assert!(there.returns().await, "what was missed is recovered across nodes");
    assert_eq!(there.offset, 4);
    assert_eq!(history(&owner, &here.session_id).await.len(), 4);
}

#[tokio::test]
async fn a_person_takes_over_and_a_program_asks_on_another_node() {
    let redis = Redis::start();
    let pair = Pair::start(&redis.url(), "5").await;
    let chatbot = pair.a.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&pair.a, &chatbot).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;

    let elsewhere = pair.b.owner().await;
    let session = &visitor.session_id.clone();
    let asked = json!({ "text": "asked on the other node", "session_id": session });
    let answer = elsewhere.post(&format!("/v1/chatbots/{chatbot}/messages"), asked).await.expect(200);
    assert_eq!(answer["message"]["text"], "asked on the other node");
    assert_eq!(visitor.sees_answer().await.text(), "asked on the other node");

    let taken = elsewhere.post(&format!("/v1/sessions/{session}/takeover"), json!({ "name": "Bo" })).await;
    assert_eq!(taken.status, 200, "{taken}");
    assert_eq!(visitor.sees("state").await.data["state"], "agent");
    let words = json!({ "text": "How can I help?" });
    let said = elsewhere.post(&format!("/v1/sessions/{session}/messages"), words).await;
    assert!((200..300).contains(&said.status), "{said}");
    assert_eq!(visitor.sees_message_from("agent").await.data["text"], "How can I help?");
}
