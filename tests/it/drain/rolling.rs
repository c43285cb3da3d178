//! Two processes on one database are restarted one after the other while visitors talk.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::patient;
use crate::support::patience::until;
use crate::support::postgres;
use crate::support::server::Server;
use crate::support::visitor::Visitor;

const VISITORS: usize = 8;

/// Where the two servers are just now, and whether the visitors may go home.
#[derive(Debug, Default)]
struct Place {
    addresses: Mutex<[String; 2]>,
    over: AtomicBool,
}

impl Place {
    fn address(&self, side: usize) -> String {
        self.addresses.lock().unwrap()[side % 2].clone()
    }

    fn is_at(&self, side: usize, server: &Server) {
        server.address().clone_into(&mut self.addresses.lock().unwrap()[side]);
    }
}

/// What a visitor has to tell.
struct Told {
    session_id: String,
    acknowledged: Vec<(String, u64)>,
    returns: usize,
}

#[tokio::test]
async fn visitors_go_on_at_the_other_node_and_lose_nothing() {
    let database = postgres::empty().await;
    let plan = || patient(Server::plan()).with("AIHIO__DATABASE__URL", database.clone());
    let mut servers = [plan().start().await, plan().start().await];
    let place = Arc::new(Place::default());
    for (side, server) in servers.iter().enumerate() {
        place.is_at(side, server);
    }
    let chatbot = servers[0].owner().await.echo_chatbot().await;
    let progress = Arc::new(Mutex::new([0_usize; VISITORS]));
    let visitors: Vec<_> = (0..VISITORS)
        .map(|number| {
            let visit = visit(number, chatbot.clone(), Arc::clone(&place), Arc::clone(&progress));
            tokio::spawn(visit)
        })
        .collect();

    for side in [0, 1, 0] {
        everybody_is_heard(&progress).await;
        let server = &mut servers[side];
        assert!(server.stop().await.success());
        server.restart().await;
        place.is_at(side, server);
    }
    everybody_is_heard(&progress).await;
    place.over.store(true, Ordering::Relaxed);
    let owner = servers[0].owner().await;
    for visitor in visitors {
        let told = visitor.await.unwrap();
        assert!(told.returns >= 1, "every visitor lost its socket");
        assert_whole(&owner.history(&told.session_id).await, &told.acknowledged);
    }
}

/// Waits until every visitor has been acknowledged something since now.
async fn everybody_is_heard(progress: &Mutex<[usize; VISITORS]>) {
    let before = *progress.lock().unwrap();
    until("everybody is heard", async || {
        let now = *progress.lock().unwrap();
        now.iter().zip(before).all(|(now, before)| *now > before + 2).then_some(())
    })
    .await;
}

/// Says one thing after the other. When the socket ends, goes on at the other server with the same thing.
async fn visit(
    number: usize,
    chatbot: String,
    place: Arc<Place>,
    progress: Arc<Mutex<[usize; VISITORS]>>,
) -> Told {
    let mut side = number;
    let connect = json!({ "data": { "locale": "en" } });
    let mut visitor = Visitor::connects_with(&place.address(side), &chatbot, connect).await;
    let (mut acknowledged, mut returns, mut next) = (Vec::new(), 0, 0);
    while !place.over.load(Ordering::Relaxed) {
        let id = format!("v{number}-{next}");
        let send = json!({ "rpc": { "method": "message.send", "data": { "id": id, "text": id } } });
        match visitor.tries(send).await {
            Some(reply) if reply["rpc"].is_object() => {
                acknowledged.push((id, reply["rpc"]["data"]["seq"].as_u64().expect("a position")));
                progress.lock().unwrap()[number] += 1;
                next += 1;
            }
            Some(refused) => assert_eq!(refused["error"]["temporary"], true, "{refused}"),
            None => {
                side += 1;
                assert!(visitor.returns_at(&place.address(side)).await, "all that was missed is told");
                returns += 1;
            }
        }
    }
    Told { session_id: visitor.session_id.clone(), acknowledged, returns }
}

fn assert_whole(history: &[Value], acknowledged: &[(String, u64)]) {
    let seqs: Vec<u64> = history.iter().map(|item| item["seq"].as_u64().unwrap()).collect();
    assert!(seqs.iter().copied().eq(1..=seqs.len() as u64), "no hole, nothing twice: {seqs:?}");
    for (id, seq) in acknowledged {
        let stored: Vec<_> = history.iter().filter(|item| item["client_id"] == id.as_str()).collect();
        let [stored] = stored[..] else { panic!("{id} is stored {} times", stored.len()) };
        assert_eq!(stored["seq"], *seq, "{id}");
    }
    let in_order = acknowledged.iter().map(|(_, seq)| seq);
    assert!(in_order.is_sorted(), "positions follow the order of sending: {acknowledged:?}");
    let asked = history.iter().filter(|item| item["role"] == "visitor").count();
    assert_eq!(asked, acknowledged.len());
}
