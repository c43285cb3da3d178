//! Sessions' histories in memory, with the rules of a real store: no holes, nothing twice, one writer.

use std::collections::HashMap;

use uuid::Uuid;

use crate::model::{
    Event, MessageId, OwnerEpoch, Receipt, Seq, SessionId, SessionMeta, Timestamp, UsageKind, UsageRow,
};
use crate::ports::{Feedback, Lead, Opened, Outcome, Record, RecordBody};

/// All that sessions have kept.
#[derive(Debug, Default)]
pub(super) struct Histories {
    pub(super) metas: HashMap<SessionId, SessionMeta>,
    pub(super) owners: HashMap<SessionId, OwnerEpoch>,
    pub(super) events: HashMap<SessionId, Vec<Event>>,
    pub(super) usage: HashMap<Uuid, UsageRow>,
    pub(super) receipts: HashMap<MessageId, Receipt>,
    pub(super) feedback: HashMap<MessageId, Feedback>,
    pub(super) leads: HashMap<Uuid, Lead>,
}

impl Histories {
    pub(super) fn append(&mut self, record: &Record) -> Outcome {
        match &record.body {
            RecordBody::Opened(meta) => {
                self.owners.entry(record.session_id).or_insert(record.owner);
                let stored = self.metas.entry(record.session_id).or_insert_with(|| (**meta).clone());
                if stored == &**meta { Outcome::Kept } else { Outcome::Conflict }
            }
            RecordBody::Events { events, usage, receipts } => {
                let outcome = self.append_events(record, events);
                if outcome == Outcome::Kept {
                    self.usage.extend(usage.iter().map(|row| (row.id, row.clone())));
                    self.receipts.extend(receipts.iter().cloned());
                }
                outcome
            }
            RecordBody::Feedback(feedback) => {
                self.feedback.insert(feedback.message_id, feedback.clone());
                Outcome::Kept
            }
            RecordBody::Lead(lead) => {
                self.leads.insert(lead.id, lead.clone());
                Outcome::Kept
            }
        }
    }

    fn append_events(&mut self, record: &Record, events: &[Event]) -> Outcome {
        let session = record.session_id;
        let Some(owner) = self.owners.get(&session) else { return Outcome::Conflict };
        let stored = self.events.entry(session).or_default();
        let Some(first) = events.first() else { return Outcome::Kept };
        let before = usize::try_from(first.seq.0.saturating_sub(1)).unwrap_or(usize::MAX);
        let there = stored.get(before..).unwrap_or_default();
        if stored.len() == before && *owner == record.owner {
            stored.extend_from_slice(events);
            Outcome::Kept
        } else if there.len() >= events.len() && there.iter().zip(events).all(|(there, event)| there == event)
        {
            Outcome::Kept
        } else {
            Outcome::Conflict
        }
    }

    pub(super) fn find(&self, session: SessionId) -> Option<Opened> {
        let owner = *self.owners.get(&session)?;
        self.metas.get(&session).map(|meta| Opened { meta: meta.clone(), owner })
    }

    pub(super) fn own(&mut self, session: SessionId) -> Option<Opened> {
        self.owners.get_mut(&session)?.0 += 1;
        self.find(session)
    }

    pub(super) fn tail(&self, session: SessionId, after: Seq, limit: u32) -> Vec<Event> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let events = self.events.get(&session).into_iter().flatten();
        events.filter(|event| event.seq > after).take(limit).cloned().collect()
    }

    pub(super) fn last(&self, session: SessionId) -> Seq {
        self.events.get(&session).and_then(|events| events.last()).map_or(Seq::START, |event| event.seq)
    }

    /// Credits that the record costs and that were not counted before.
    pub(super) fn new_answers(&self, record: &Record) -> u64 {
        let RecordBody::Events { usage, .. } = &record.body else { return 0 };
        let new =
            usage.iter().filter(|row| row.kind == UsageKind::Answer && !self.usage.contains_key(&row.id));
        new.map(|row| row.amount).sum()
    }

    pub(super) fn answers_since(&self, since: Timestamp) -> u64 {
        let answers =
            self.usage.values().filter(|row| row.kind == UsageKind::Answer && row.created_at >= since);
        answers.map(|row| row.amount).sum()
    }
}
