//! Somebody here wants to hear a session elsewhere.

use std::sync::Arc;
use std::time::Duration;

use actix::{Context, Handler, Message};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::chatbot::session::handle::{Since, Welcome};
use crate::chatbot::session::{ListenerId, Outlet};
use crate::exchange::wire::{Place, Word};
use crate::exchange::{Answer, Ask, Exchange};
use crate::model::{NodeId, Refusal};

/// Attach a listener to a session of another node.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct AttachAway {
    /// Which node.
    pub node: NodeId,
    /// Which session.
    pub place: Place,
    /// Where its deliveries go.
    pub outlet: Arc<Outlet>,
    /// What it has seen before.
    pub since: Since,
    /// Gets the welcome.
    pub asker: oneshot::Sender<Result<Welcome, Refusal>>,
}

/// A gap that is filled from the store takes its time.
const TIME: Duration = Duration::from_secs(5);

impl Handler<AttachAway> for Exchange {
    type Result = ();

    fn handle(&mut self, message: AttachAway, ctx: &mut Context<Self>) {
        self.life.vital().took();
        let AttachAway { node, place, outlet, since, asker } = message;
        self.last_listener += 1;
        let listener = ListenerId(self.last_listener);
        let answer = Answer::Welcome(asker, outlet);
        let ask = Ask { to: node, listener: Some(listener), until: Instant::now() + TIME, answer };
        self.ask(ask, |id| Word::Attach(id, listener, place, since), ctx);
    }
}
