//! Several nodes that share the conversations: one history, whoever stands still, leaves or forgets.

use std::sync::Arc;

use super::visitor::End;
use super::{Guest, is_in_generation};
use crate::chatbot::session::handle::{Recovered, Since};
use crate::chatbot::session::{CloseReason, Duplicate, Reply};
use crate::exchange::{handle, wire};
use crate::kernel::ActorKind;
use crate::kernel::testing::{LEASE, Nodes, Sabotage, ScriptedNode, TestEngine, World};
use crate::model::{EventBody, PublicationData, RefusalCode, Seq};
use crate::ports::Cluster;

/// Two nodes of one installation.
struct Pair {
    nodes: Nodes,
    first: Arc<ScriptedNode>,
    second: Arc<ScriptedNode>,
    a: TestEngine,
    b: TestEngine,
}

impl Pair {
    fn start() -> Self {
        let (world, nodes) = (World::new(), Nodes::default());
        let (first, second) = (nodes.node(1), nodes.node(2));
        let (a, b) = (world.start_node(&first), world.start_node(&second));
        Self { nodes, first, second, a, b }
    }

    /// A visitor whose session lives on the first node, and the same on the second node.
    async fn guests(&self) -> (Guest, Guest) {
        let here = Guest::arrives(&self.a).await;
        here.is_heard("m0", "Hello?").await;
        let there = Guest::returns(&self.b, &here, Self::from_start(&here)).await;
        (here, there)
    }

    fn from_start(guest: &Guest) -> Since {
        Since::Position(guest.epoch.clone(), Seq::START)
    }

    fn stored(&self, guest: &Guest) -> Vec<(u64, String)> {
        let events = self.a.world.store.events(guest.id()).into_iter();
        let texts = events.filter_map(|event| match event.body {
            EventBody::Message(message) => Some((event.seq.0, message.text)),
            EventBody::State(_) => None,
        });
        texts.collect()
    }

    async fn drain(&self) {
        self.a.drain().await;
        self.b.drain().await;
    }
}

fn rows(texts: &[&str]) -> Vec<(u64, String)> {
    (1..).zip(texts).map(|(seq, text)| (seq, (*text).to_owned())).collect()
}

#[actix::test]
async fn a_listener_on_another_node_hears_and_says_what_one_here_does() {
    let pair = Pair::start();
    let (mut here, mut there) = pair.guests().await;
    assert_eq!(here.is_answered().await, "Hello?");
    assert_eq!((there.welcome.recovered, there.welcome.missed.is_empty()), (Recovered::Yes, false));
    pair.a.world.model.next_says(&["Tea ", "is ", "fine."]);
    assert_eq!(there.is_heard("m1", "Tea?").await.0, Seq(3));
    for guest in [&mut here, &mut there] {
        let pieces = [guest.hears_a_piece().await, guest.hears_a_piece().await, guest.hears_a_piece().await];
        assert_eq!(guest.is_answered().await, pieces.concat());
    }
    let again = there.says("m1", "Tea?").await;
    assert!(matches!(again, Ok(Reply::Sent { seq: Seq(3), duplicate: Duplicate::Yes, .. })), "{again:?}");
    assert_eq!(pair.stored(&here), rows(&["Hello?", "Hello?", "Tea?", "Tea is fine."]));
    pair.drain().await;
}

#[actix::test]
async fn a_node_alone_with_its_sessions_says_nothing_to_others() {
    let pair = Pair::start();
    let mut here = Guest::arrives(&pair.a).await;
    here.is_heard("m1", "One?").await;
    here.is_answered().await;
    tokio::time::sleep(LEASE * 3).await;
    assert_eq!(pair.nodes.frames(), 0);
    pair.drain().await;
}

#[actix::test]
async fn when_a_node_dies_its_visitors_go_on_at_another_after_its_lease() {
    let pair = Pair::start();
    let (here, mut there) = pair.guests().await;
    pair.nodes.cut(pair.first.node());
    assert_eq!(there.is_sent_away().await, End::Interrupted);
    let mut there = Guest::returns(&pair.b, &there, Pair::from_start(&here)).await;
    assert_eq!(there.welcome.recovered, Recovered::Yes);
    assert_eq!(pair.nodes.owner(here.id()), Some(pair.second.node()));
    there.is_heard("m1", "One?").await;
    assert_eq!(there.is_answered().await, "One?");
    assert_eq!(pair.stored(&here), rows(&["Hello?", "Hello?", "One?", "One?"]));
    pair.nodes.heal(pair.first.node());
    pair.drain().await;
}

#[actix::test]
async fn a_node_that_was_killed_is_not_waited_for_until_its_lease_runs_out() {
    let pair = Pair::start();
    let (here, mut there) = pair.guests().await;
    pair.nodes.kill(pair.first.node());
    let killed = tokio::time::Instant::now();
    assert_eq!(there.is_sent_away().await, End::Interrupted);
    let there = Guest::returns(&pair.b, &there, Pair::from_start(&here)).await;
    assert!(killed.elapsed() < LEASE / 2, "{:?}", killed.elapsed());
    there.is_heard("m1", "One?").await;
    assert_eq!(pair.nodes.owner(here.id()), Some(pair.second.node()));
    pair.nodes.heal(pair.first.node());
    pair.drain().await;
}

#[actix::test]
async fn a_node_that_stood_still_writes_nothing_and_sends_its_listeners_back() {
    let pair = Pair::start();
    let mut here = Guest::arrives(&pair.a).await;
    let voice = pair.a.world.model.next_on_command();
    here.is_heard("m1", "One?").await;
    voice.say("Never ");
    here.hears_a_piece().await;
    pair.nodes.cut(pair.first.node());
    let mut there = Guest::returns(&pair.b, &here, Pair::from_start(&here)).await;
    assert_eq!(there.is_answered().await, "One?", "the new owner answers what the former one left");
    voice.say("stored.");
    voice.finish();
    assert_eq!(here.is_sent_away().await, End::Closed(CloseReason::InsufficientState));
    assert_eq!(pair.stored(&here), rows(&["One?", "One?"]));
    pair.nodes.heal(pair.first.node());
    let mut here = Guest::returns(&pair.a, &here, Pair::from_start(&here)).await;
    here.is_heard("m2", "Two?").await;
    assert_eq!((here.is_answered().await, there.is_answered().await), ("Two?".into(), "Two?".into()));
    pair.drain().await;
}

#[actix::test]
async fn an_idle_session_of_a_node_that_stood_still_ends_when_the_node_is_back() {
    let pair = Pair::start();
    let mut here = Guest::arrives(&pair.a).await;
    pair.a.catch_up().await;
    pair.nodes.cut(pair.first.node());
    let there = Guest::returns(&pair.b, &here, Since::Now).await;
    pair.nodes.heal(pair.first.node());
    assert_eq!(here.is_sent_away().await, End::Closed(CloseReason::InsufficientState));
    there.is_heard("m1", "One?").await;
    pair.drain().await;
}

#[actix::test]
async fn a_lost_frame_is_noticed_and_its_listener_recovers() {
    let pair = Pair::start();
    let (mut here, mut there) = pair.guests().await;
    here.is_answered().await;
    pair.a.catch_up().await;
    pair.nodes.lose(1);
    here.is_heard("m1", "One?").await;
    assert_eq!(there.is_sent_away().await, End::Interrupted);
    let mut there = Guest::returns(&pair.b, &there, Pair::from_start(&here)).await;
    let seqs: Vec<_> = there.welcome.missed.iter().filter_map(|missed| missed.offset).collect();
    assert!(seqs.starts_with(&[Seq(1), Seq(2), Seq(3)]), "{seqs:?}");
    if seqs.len() == 3 {
        assert_eq!(there.is_answered().await, "One?");
    }
    pair.drain().await;
}

#[actix::test]
async fn a_command_that_gets_lost_on_the_way_is_refused_and_done_once_when_sent_again() {
    let pair = Pair::start();
    let (_here, there) = pair.guests().await;
    pair.a.catch_up().await;
    pair.nodes.lose(1);
    let refusal = there.says("m1", "One?").await.unwrap_err();
    assert!(refusal.code.is_temporary() && refusal.retry_after.is_some(), "{refusal:?}");
    let there = Guest::returns(&pair.b, &there, Since::Now).await;
    assert!(there.says("m1", "One?").await.is_ok());
    let asked = pair.stored(&there).iter().filter(|(_, text)| text == "One?").count();
    assert!((1..=2).contains(&asked), "the question, and by now perhaps its answer");
    pair.drain().await;
}

#[actix::test]
async fn when_everything_shared_is_forgotten_each_node_keeps_what_it_has() {
    let pair = Pair::start();
    let (mut here, mut there) = pair.guests().await;
    here.is_answered().await;
    pair.nodes.flush();
    tokio::time::sleep(LEASE).await;
    assert_eq!(pair.nodes.owner(here.id()), Some(pair.first.node()));
    assert_eq!(there.is_sent_away().await, End::Interrupted);
    let mut there = Guest::returns(&pair.b, &there, Since::Now).await;
    there.is_heard("m1", "One?").await;
    assert_eq!((here.is_answered().await, there.is_answered().await), ("One?".into(), "One?".into()));
    assert_eq!(pair.stored(&here), rows(&["Hello?", "Hello?", "One?", "One?"]));
    pair.drain().await;
}

#[actix::test]
async fn without_the_shared_memory_a_node_goes_on_with_its_own_sessions() {
    let pair = Pair::start();
    let (mut here, mut there) = pair.guests().await;
    here.is_answered().await;
    pair.nodes.set_reachable(false);
    here.is_heard("m1", "One?").await;
    assert_eq!(here.is_answered().await, "One?");
    assert_eq!(there.is_sent_away().await, End::Interrupted);
    let handle = pair.b.engine.chatbot(pair.b.world.chatbot).await.unwrap();
    let refused = handle.session(crate::chatbot::session::Opening::Known(here.id())).await.unwrap_err();
    assert_eq!((refused.code, refused.retry_after.is_some()), (RefusalCode::Overloaded, true));
    assert!(
        Guest::arrives(&pair.b).await.says("n1", "New?").await.is_ok(),
        "new sessions begin all the same"
    );
    pair.nodes.set_reachable(true);
    let there = Guest::returns(&pair.b, &there, Pair::from_start(&here)).await;
    assert_eq!(there.welcome.offset, Seq(4));
    pair.drain().await;
}

#[actix::test]
async fn a_node_that_leaves_hands_its_sessions_over() {
    let pair = Pair::start();
    let (here, mut there) = pair.guests().await;
    pair.a.drain().await;
    assert_eq!(there.is_sent_away().await, End::Interrupted, "there is another node to go on with");
    let mut there = Guest::returns(&pair.b, &there, Pair::from_start(&here)).await;
    there.is_heard("m1", "One?").await;
    assert_eq!(there.is_answered().await, "One?");
    pair.b.drain().await;
    assert_eq!(there.is_sent_away().await, End::Closed(CloseReason::Shutdown));
}

#[actix::test]
async fn a_listener_of_a_session_elsewhere_is_sent_away_when_its_own_node_leaves() {
    let pair = Pair::start();
    let (mut here, mut there) = pair.guests().await;
    pair.b.drain().await;
    assert_eq!(there.is_sent_away().await, End::Closed(CloseReason::Shutdown));
    here.is_heard("m1", "One?").await;
    here.is_answered().await;
    pair.a.drain().await;
}

#[actix::test]
async fn a_changed_configuration_and_a_deleted_session_are_announced_to_all_nodes() {
    let pair = Pair::start();
    let (_, chatbot) = (Guest::arrives(&pair.a).await, pair.a.world.chatbot);
    let mut there = Guest::arrives(&pair.b).await;
    there.is_heard("m1", "One?").await;
    pair.a.world.configure(chatbot, 2, |config| config.name = "Grace".into());
    pair.a.engine.chatbot_changed(chatbot);
    let name = |data: &PublicationData| match data {
        PublicationData::Config(config) => Some(config.name.clone()),
        _ => None,
    };
    assert_eq!(there.hears(name).await, "Grace");
    let handle = pair.a.engine.chatbot(chatbot).await.unwrap();
    handle.forget_session(there.id()).await.unwrap();
    assert_eq!(there.is_sent_away().await, End::Closed(CloseReason::Removed));
    pair.drain().await;
}

#[actix::test]
async fn a_change_that_was_missed_is_followed_when_the_node_is_back() {
    let pair = Pair::start();
    let chatbot = pair.a.world.chatbot;
    let mut there = Guest::arrives(&pair.b).await;
    there.is_heard("m1", "One?").await;
    pair.nodes.cut(pair.second.node());
    pair.a.world.configure(chatbot, 2, |config| config.name = "Grace".into());
    pair.a.engine.chatbot_changed(chatbot);
    pair.a.catch_up().await;
    pair.nodes.heal(pair.second.node());
    let name = |data: &PublicationData| match data {
        PublicationData::Config(config) => Some(config.name.clone()),
        _ => None,
    };
    assert_eq!(there.hears(name).await, "Grace");
    pair.drain().await;
}

#[actix::test]
async fn when_the_exchange_panics_listeners_elsewhere_attach_again() {
    let pair = Pair::start();
    let (mut here, mut there) = pair.guests().await;
    here.is_answered().await;
    for engine in [&pair.b, &pair.a] {
        engine.engine.exchange().unwrap().tell(Sabotage).unwrap();
        engine.until("it is back", |engine| is_in_generation(engine, ActorKind::Exchange, 1)).await;
        assert_eq!(there.is_sent_away().await, End::Interrupted);
        there = Guest::returns(&pair.b, &there, Pair::from_start(&here)).await;
        assert_eq!(there.welcome.recovered, Recovered::Yes);
    }
    there.is_heard("m1", "One?").await;
    assert_eq!((here.is_answered().await, there.is_answered().await), ("One?".into(), "One?".into()));
    pair.drain().await;
}

#[actix::test]
async fn a_listener_that_leaves_is_let_go_on_both_nodes() {
    let pair = Pair::start();
    let (mut here, there) = pair.guests().await;
    here.is_answered().await;
    there.leaves();
    here.is_heard("m1", "One?").await;
    here.is_answered().await;
    pair.a.catch_up().await;
    let (before, key) = (pair.nodes.frames(), (pair.second.node(), there.welcome.listener));
    pair.a.engine.exchange().unwrap().tell(handle::Relay::end(key)).unwrap();
    tokio::time::sleep(LEASE * 2).await;
    assert_eq!(pair.nodes.frames(), before, "nothing hangs on the line any more, so nothing is said on it");
    pair.drain().await;
}

#[actix::test]
async fn a_word_to_the_exchange_of_a_session_that_is_nowhere_is_refused_for_now() {
    let pair = Pair::start();
    let guest = Guest::arrives(&pair.a).await;
    let exchange = pair.b.engine.exchange().unwrap();
    let place = wire::Place { chatbot: pair.b.world.chatbot, session: guest.id() };
    pair.a.drain().await;
    let node = pair.first.node();
    let (asker, answer) = tokio::sync::oneshot::channel();
    exchange.tell(handle::Find { node, place, asker }).unwrap();
    assert_eq!(answer.await, Ok(None), "nobody is there to answer");
    let (asker, answer) = tokio::sync::oneshot::channel();
    let responder = crate::chatbot::session::Responder::asker(asker);
    let command = super::visitor::message("m1", "One?");
    exchange.tell(handle::ObeyAway { node, place, command, responder }).unwrap();
    assert!(answer.await.unwrap().unwrap_err().code.is_temporary());
    let (asker, answer) = tokio::sync::oneshot::channel();
    let (sender, _inbox) = tokio::sync::mpsc::channel(1);
    let outlet = Arc::new(crate::chatbot::session::Outlet::Channel(sender));
    exchange.tell(handle::AttachAway { node, place, outlet, since: Since::Now, asker }).unwrap();
    assert!(answer.await.is_err(), "whoever asked takes that for an interruption");
    exchange.tell(handle::DetachAway { listener: guest.welcome.listener }).unwrap();
    exchange.tell(handle::Hold { session: guest.id() }).unwrap();
    exchange.tell(handle::SendBackAll { spread: std::time::Duration::ZERO }).unwrap();
    pair.b.until("it is held", |_| pair.nodes.owner(guest.id()).is_some()).await;
    pair.b.drain().await;
}
