//! For tests of supervision: the root breaks those below it on demand, and the time until they are back is taken.

use std::time::Duration;

use actix::{Actor, Context, Handler, Message};
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use super::Supervisor;
use crate::Engine;
use crate::billing::BillingAccount;
use crate::chatbot::Chatbot;
use crate::chatbot::session::Session;
use crate::exchange::Exchange;
use crate::ingestion::IngestionJob;
use crate::journal::Journal;
use crate::kernel::testing::{Sabotage, break_on_demand};
use crate::kernel::{ActorKey, ActorKind, Census, Generation, Mailbox};
use crate::schedule::Schedule;

break_on_demand!(BillingAccount, Chatbot, Exchange, IngestionJob, Journal, Schedule, Session);

/// Who is to break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// This one.
    At(ActorKey),
    /// Anybody of the kind, chosen by the number.
    Any(ActorKind, u64),
}

/// Somebody was broken.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Struck {
    /// What it is.
    pub kind: ActorKind,
    /// Which one.
    pub id: Uuid,
    /// Microseconds until its next life was at work; none while it has none, because its parent gave up on it.
    pub back_after_us: Option<u64>,
}

/// Break somebody. Told who it was, with the life that ended; none where nobody fits.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Strike {
    aim: Aim,
    asker: oneshot::Sender<Option<(ActorKey, Generation)>>,
}

impl Handler<Strike> for Supervisor {
    type Result = ();

    fn handle(&mut self, Strike { aim, asker }: Strike, _: &mut Context<Self>) {
        let kind = match aim {
            Aim::At(key) => key.kind,
            Aim::Any(kind, _) => kind,
        };
        let handles = self.shared.directory.chatbots.iter().map(|chatbot| std::sync::Arc::clone(&chatbot));
        let struck = match kind {
            ActorKind::Supervisor => None,
            ActorKind::Chatbot => strike(aim, self.chatbots.live().map(|(_, mailbox)| mailbox.clone())),
            ActorKind::Billing => strike(aim, self.accounts.live().map(|(_, mailbox)| mailbox.clone())),
            ActorKind::Ingestion => strike(aim, self.jobs.live().map(|(_, mailbox)| mailbox.clone())),
            ActorKind::Exchange => strike(aim, self.exchange.live().map(|(_, mailbox)| mailbox.clone())),
            ActorKind::Schedule => strike(aim, self.schedule.live().map(|(_, mailbox)| mailbox.clone())),
            ActorKind::Journal => strike(aim, self.shared.journal.all().into_iter()),
            ActorKind::Session => strike(aim, handles.flat_map(|chatbot| chatbot.session_mailboxes())),
        };
        // Whoever asked may have gone.
        let _ = asker.send(struck);
    }
}

fn strike<A>(aim: Aim, living: impl Iterator<Item = Mailbox<A>>) -> Option<(ActorKey, Generation)>
where
    A: Actor<Context = Context<A>> + Handler<Sabotage>,
{
    let mut living: Vec<_> = living.filter(Mailbox::is_open).collect();
    living.sort_by_key(Mailbox::key);
    let place = match aim {
        Aim::At(key) => living.iter().position(|mailbox| mailbox.key() == key)?,
        Aim::Any(_, chance) => {
            usize::try_from(chance.checked_rem(u64::try_from(living.len()).ok()?)?).ok()?
        }
    };
    let mailbox = living.get(place)?;
    mailbox.entrust(Sabotage);
    Some((mailbox.key(), mailbox.generation()))
}

/// Past this, whoever is not back stays away.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks; no finer than timers are.
const LOOK_EVERY: Duration = Duration::from_millis(1);

impl Engine {
    /// Breaks somebody and waits for the next life. None where nobody fits.
    pub async fn strike(&self, aim: Aim) -> Option<Struck> {
        let (asker, answer) = oneshot::channel();
        self.tell_root(Strike { aim, asker });
        let (key, ended) = answer.await.ok().flatten()?;
        let began = Instant::now();
        let back = is_back(self.census(), key, ended);
        let back = tokio::time::timeout(PATIENCE, back).await.map(|()| began.elapsed()).ok();
        let back_after_us = back.and_then(|after| u64::try_from(after.as_micros()).ok());
        Some(Struck { kind: key.kind, id: key.id, back_after_us })
    }
}

async fn is_back(census: &Census, key: ActorKey, ended: Generation) {
    while census.generation_at_work(key).is_none_or(|generation| generation <= ended) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
