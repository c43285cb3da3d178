//! Redis forgets, or goes away: the truth is elsewhere.

use super::{Pair, history, is_once};
use crate::support::insistent::Insistent;
use crate::support::patience::until;
use crate::support::redis::Redis;
use crate::support::visitor::Visitor;

const MESSAGES: usize = 40;

#[tokio::test]
async fn a_redis_that_forgets_or_restarts_under_traffic_changes_no_history() {
    let mut redis = Redis::start();
    let pair = Pair::start(&redis.url(), "5").await;
    let owner = pair.a.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let (session, token) = owner.session(&chatbot).await;
    let clients = [(&pair.a, "a"), (&pair.b, "b")].map(|(server, name)| {
        let mut client = Insistent::new(server, &chatbot, &token);
        let name = name.to_owned();
        tokio::spawn(async move {
            for number in 0..MESSAGES {
                client.delivers(&format!("{name}{number}"), &format!("{name} says {number}")).await;
            }
        })
    });
    let grows_to = async |length: usize| {
        until("more of the history", async || (owner.history(&session).await.len() >= length).then_some(()))
            .await;
    };
    grows_to(MESSAGES / 2).await;
    redis.forgets();
    grows_to(MESSAGES).await;
    redis.restarts();
    for client in clients {
        client.await.unwrap();
    }
    grows_to(4 * MESSAGES).await;
    assert_eq!(history(&owner, &session).await.len(), 4 * MESSAGES, "each question has one answer");
    let items = owner.history(&session).await;
    for name in ["a", "b"] {
        assert!((0..MESSAGES).all(|number| is_once(&items, &format!("{name}{number}"))), "{name}: {items:?}");
    }
}

#[tokio::test]
async fn without_redis_a_node_goes_on_with_its_own_conversations_and_heals_by_itself() {
    let mut redis = Redis::start();
    let pair = Pair::start(&redis.url(), "2").await;
    let chatbot = pair.a.owner().await.echo_chatbot().await;
    let mut here = Visitor::connects(&pair.a, &chatbot).await;
    here.asks("before").await;
    here.sees_answer().await;
    redis.stops();
    here.asks("without").await;
    assert_eq!(here.sees_answer().await.text(), "without");
    let mut new = Visitor::connects(&pair.b, &chatbot).await;
    new.asks("a new conversation").await;
    assert_eq!(new.sees_answer().await.text(), "a new conversation");

    redis.restarts();
    let mut there = Insistent::new(&pair.b, &chatbot, &here.token);
    there.delivers("there", "from the other node").await;
    let owner = pair.b.owner().await;
    let answered = async || (history(&owner, &here.session_id).await.len() == 6).then_some(());
    until("the answer on the other node", answered).await;
    // An owner that is too slow to say again what it owns loses it: then its visitors come back and recover.
    here.is_cut();
    assert!(here.returns_to(&pair.a).await, "nothing was missed");
}
