//! A node dies, stands still or leaves, and its conversations go on at the other.

use super::{Pair, history, is_once};
use crate::support::insistent::Insistent;
use crate::support::model::{Model, Turn};
use crate::support::patience::until;
use crate::support::redis::{Redis, RedisCluster};
use crate::support::visitor::Visitor;

const QUESTION: &str = "What colour is the pump?";

#[tokio::test]
async fn after_a_kill_the_visitor_goes_on_at_the_other_node() {
    let redis = Redis::start();
    after_a_kill_nothing_is_missing(&redis.url()).await;
}

#[tokio::test]
async fn after_a_kill_the_visitor_goes_on_at_the_other_node_over_a_redis_cluster() {
    let redis = RedisCluster::start();
    after_a_kill_nothing_is_missing(&redis.url()).await;
}

async fn after_a_kill_nothing_is_missing(redis: &str) {
    let mut pair = Pair::start(redis, "2").await;
    let chatbot = pair.a.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&pair.a, &chatbot).await;
    let mut there = Visitor::connects_as(&pair.b, &chatbot, &visitor.token.clone()).await;
    let first = visitor.asks("before").await;
    visitor.sees_answer().await;
    there.sees_answer().await;
    pair.a.kill();

    assert!(visitor.returns_to(&pair.b).await, "the gap is filled");
    let again = visitor.sends(&first.client_id, "before").await.unwrap();
    assert_eq!((again.seq, again.duplicate), (1, true), "what was acknowledged is known to the new owner");
    visitor.asks("after").await;
    assert_eq!(visitor.sees_answer().await.text(), "after");
    assert_eq!(there.sees_answer().await.text(), "after", "the socket on the other node was never closed");
    let owner = pair.b.owner().await;
    assert_eq!(history(&owner, &visitor.session_id).await, ["before", "before", "after", "after"]);
}

#[tokio::test]
async fn a_node_that_stood_still_for_longer_than_its_lease_writes_nothing() {
    let redis = Redis::start();
    let model = Model::with([Turn::dripping("never kept, not a word"), Turn::saying("It is blue.")]).await;
    let pair = Pair::with_model(&model, &redis.url(), "1").await;
    let chatbot = pair.a.owner().await.model_chatbot("scripted").await;
    let mut here = Visitor::connects(&pair.a, &chatbot).await;
    here.asks(QUESTION).await;
    model.lets(1);
    here.sees("delta").await;
    let mut idle = Visitor::connects(&pair.a, &chatbot).await;
    let (owner, idle_session) = (pair.a.owner().await, idle.session_id.clone());
    until("the idle session's row", async || {
        let row = owner.get(&format!("/v1/sessions/{idle_session}")).await;
        (row.status == 200).then_some(())
    })
    .await;
    pair.a.signal("STOP");

    let mut there = Visitor::connects_as(&pair.b, &chatbot, &here.token.clone()).await;
    assert_eq!(there.sees_answer().await.text(), "It is blue.", "the new owner answers what was left");
    let mut other = Visitor::connects_as(&pair.b, &chatbot, &idle.token.clone()).await;
    pair.a.signal("CONT");
    model.lets(99);
    assert_eq!(here.is_closed_with().await, 3010, "its sockets are told to come back");
    assert_eq!(idle.is_closed_with().await, 3010, "also where nothing was to be written");

    let owner = pair.b.owner().await;
    assert_eq!(history(&owner, &here.session_id).await, [QUESTION, "It is blue."]);
    assert!(here.returns().await);
    here.asks("Sure?").await;
    here.sees_answer().await;
    there.sees_answer().await;
    assert_eq!(history(&owner, &here.session_id).await.len(), 4);
    other.asks(QUESTION).await;
    other.sees_answer().await;
    assert_eq!(history(&owner, &idle_session).await.len(), 2);
}

#[tokio::test]
async fn a_node_that_is_told_to_end_hands_its_conversations_over() {
    let redis = Redis::start();
    let mut pair = Pair::start(&redis.url(), "5").await;
    let chatbot = pair.a.owner().await.echo_chatbot().await;
    let mut here = Visitor::connects(&pair.a, &chatbot).await;
    let mut there = Visitor::connects_as(&pair.b, &chatbot, &here.token.clone()).await;
    here.asks("before").await;
    there.sees_answer().await;
    assert!(pair.a.stop().await.success());
    assert!(here.returns_to(&pair.b).await);
    here.asks("after").await;
    assert_eq!(there.sees_answer().await.text(), "after", "the socket on the other node was never closed");
    let owner = pair.b.owner().await;
    assert_eq!(history(&owner, &here.session_id).await, ["before", "before", "after", "after"]);
}

#[tokio::test]
async fn messages_under_way_while_nodes_die_in_turn_are_stored_once() {
    const MESSAGES: usize = 60;
    let redis = Redis::start();
    let mut pair = Pair::start(&redis.url(), "1").await;
    let owner = pair.a.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let (session, token) = owner.session(&chatbot).await;
    let mut client = Insistent::new(&pair.a, &chatbot, &token);
    for number in 0..MESSAGES {
        let (id, text) = (format!("m{number}"), format!("message {number}"));
        let at_a = number % 20 < 10;
        if number % 10 == 5 {
            let (dies, lives) = if at_a { (&mut pair.a, &pair.b) } else { (&mut pair.b, &pair.a) };
            dies.kill();
            client.moves_to(lives);
        } else if number % 10 == 0 && number > 0 {
            let dead = if at_a { &mut pair.b } else { &mut pair.a };
            dead.restart().await;
        }
        client.delivers(&id, &text).await;
    }
    let owner = if pair.a.is_running() { pair.a.owner().await } else { pair.b.owner().await };
    let whole = until("the last answer", async || {
        let items = owner.history(&session).await;
        (items.len() >= 2 * MESSAGES).then_some(items)
    })
    .await;
    assert_eq!(history(&owner, &session).await.len(), 2 * MESSAGES, "each question has one answer");
    assert!((0..MESSAGES).all(|number| is_once(&whole, &format!("m{number}"))));
}
