//! The process is killed in the middle of its work.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::postgres;
use crate::support::server::{Plan, Server};
use crate::support::visitor::Visitor;

const SENDS: usize = 200;
/// The server dies when this many acknowledgements have been read; more may be on their way.
const READ_BEFORE_DEATH: usize = 60;

#[tokio::test]
async fn on_sqlite_an_acknowledged_message_survives_a_kill() {
    survives_a_kill(Server::plan()).await;
}

#[tokio::test]
async fn on_postgresql_an_acknowledged_message_survives_a_kill() {
    survives_a_kill(Server::plan().with("AIHIO__DATABASE__URL", postgres::empty().await)).await;
}

async fn survives_a_kill(plan: Plan) {
    let mut server = plan.start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;

    let mut commands = BTreeMap::new();
    for number in 0..SENDS {
        let command =
            visitor.begins(json!({ "rpc": { "method": "message.send", "data": message(number) } })).await;
        commands.insert(command, number);
    }
    let mut replies = visitor.replies(READ_BEFORE_DEATH).await;
    server.kill();
    replies.extend(visitor.replies_until_the_end().await);
    let acknowledged: BTreeMap<usize, u64> = replies
        .into_iter()
        .filter_map(|(command, reply)| {
            Some((*commands.get(&command)?, reply["rpc"]["data"]["seq"].as_u64()?))
        })
        .collect();
    assert!(!acknowledged.is_empty(), "some were acknowledged before the end");

    server.restart().await;
    let owner = server.owner().await;
    assert_stored_once(&owner.history(&visitor.session_id).await, &acknowledged);

    visitor.returns_to(&server).await;
    for number in 0..SENDS {
        let sent = visitor.sends(&client_id(number), &text(number)).await.unwrap();
        if let Some(seq) = acknowledged.get(&number) {
            assert_eq!((sent.duplicate, sent.seq), (true, *seq), "{number} was acknowledged before the end");
        }
    }
    let history = owner.history(&visitor.session_id).await;
    let stored = history.iter().filter(|item| item["role"] == "visitor").count();
    assert_eq!(stored, SENDS, "after all were sent again, each is stored once");
    assert_stored_once(&history, &acknowledged);
}

fn assert_stored_once(history: &[Value], acknowledged: &BTreeMap<usize, u64>) {
    let seqs: Vec<u64> = history.iter().map(|item| item["seq"].as_u64().unwrap()).collect();
    assert!(seqs.is_sorted_by(|a, b| a < b), "no position twice, none out of order: {seqs:?}");
    assert_eq!(seqs.last().copied().unwrap_or(0), seqs.len() as u64, "no hole: {seqs:?}");
    for (number, seq) in acknowledged {
        let id = client_id(*number);
        let stored: Vec<&Value> = history.iter().filter(|item| item["client_id"] == id.as_str()).collect();
        let [stored] = stored[..] else { panic!("{id} is stored {} times", stored.len()) };
        assert_eq!((&stored["seq"], &stored["text"]), (&json!(seq), &json!(text(*number))), "{id}");
    }
    let in_order: Vec<&u64> = acknowledged.values().collect();
    assert!(in_order.is_sorted(), "positions follow the order of sending: {in_order:?}");
}

fn message(number: usize) -> Value {
    json!({ "id": client_id(number), "text": text(number) })
}

fn client_id(number: usize) -> String {
    format!("send-{number}")
}

fn text(number: usize) -> String {
    format!("message number {number}")
}
