//! An append whose batch did not go in whole: record by record, what is new is written, what is there already counts as
//! kept, and what another writer has taken is a conflict.

use std::collections::HashSet;

use aihio_actors::model::{Event, EventBody, OwnerEpoch, SessionId, SessionMeta};
use aihio_actors::ports::{Outcome, Record, RecordBody};

use super::super::credits::Leases;
use super::super::dialect::{month_of, stored};
use super::super::words::Word;
use super::super::{Store, StoreError};
use super::batch::Batch;
use super::transaction::{StoredEvent, Transaction};
use super::write::Written;

/// Appends records one by one, in one transaction.
pub(super) async fn append(store: &Store, records: &[Record]) -> Result<Vec<Outcome>, StoreError> {
    let mut transaction = Transaction::begin(store.writer()).await?;
    let mut outcomes = Vec::with_capacity(records.len());
    // What follows a conflict was written in the belief that its place is free; it must not go in behind the hole.
    let mut stopped: HashSet<(SessionId, OwnerEpoch)> = HashSet::new();
    for record in records {
        let outcome = if stopped.contains(&(record.session_id, record.owner)) {
            Outcome::Conflict
        } else {
            append_one((&mut transaction, store.leases()), record).await?
        };
        if outcome == Outcome::Conflict {
            stopped.insert((record.session_id, record.owner));
        }
        outcomes.push(outcome);
    }
    transaction.commit().await?;
    Ok(outcomes)
}

/// Appends a record behind a savepoint: a record that the database can't take ends its own session only.
async fn append_one(
    (transaction, leases): (&mut Transaction, Leases<'_>),
    record: &Record,
) -> Result<Outcome, StoreError> {
    transaction.mark().await?;
    let outcome = match &record.body {
        RecordBody::Opened(meta) => open((transaction, leases), record, meta).await,
        RecordBody::Events { events, .. } => go_on((transaction, leases), record, events).await,
        RecordBody::Feedback(_) | RecordBody::Lead(_) => {
            write((transaction, leases), record).await.map(|_| Outcome::Kept)
        }
    };
    match outcome {
        Ok(Outcome::Kept) => {
            transaction.go_on().await?;
            Ok(Outcome::Kept)
        }
        Ok(Outcome::Conflict) => {
            transaction.go_back().await?;
            Ok(Outcome::Conflict)
        }
        Err(error) if error.may_pass() => Err(error),
        Err(error) => {
            tracing::error!(session.id = %record.session_id, error = &error as &dyn std::error::Error,
                "the store can't take a record; its session stops");
            transaction.go_back().await?;
            Ok(Outcome::Conflict)
        }
    }
}

async fn write(
    (transaction, leases): (&mut Transaction, Leases<'_>),
    record: &Record,
) -> Result<Written, StoreError> {
    let batch = Batch::of(std::slice::from_ref(record))?;
    if batch.is_contiguous() { batch.write(transaction, leases).await } else { Ok(Written::InPart) }
}

/// A session that opens may be there already, with the same facts.
async fn open(
    (transaction, leases): (&mut Transaction, Leases<'_>),
    record: &Record,
    meta: &SessionMeta,
) -> Result<Outcome, StoreError> {
    if write((transaction, leases), record).await? == Written::Whole {
        return Ok(Outcome::Kept);
    }
    let row = transaction.beginning(meta.session_id.as_uuid()).await?;
    let same = row.is_some_and(|(account, chatbot, epoch)| {
        account == meta.account_id.as_uuid()
            && chatbot == meta.chatbot_id.as_uuid()
            && *epoch == *meta.epoch.0
    });
    Ok(if same { Outcome::Kept } else { Outcome::Conflict })
}

/// A history that goes on may have gone on already, with the same events. What came in before the session got a newer
/// owner stays kept; the gate's own statement refuses anything new of the former one.
async fn go_on(
    (transaction, leases): (&mut Transaction, Leases<'_>),
    record: &Record,
    events: &[Event],
) -> Result<Outcome, StoreError> {
    let (session, account) = (record.session_id.as_uuid(), record.account_id.as_uuid());
    let Some(last) = transaction.hold_gate(session, account).await? else {
        return Ok(Outcome::Conflict);
    };
    let is_past = |event: &&Event| i64::try_from(event.seq.0).is_ok_and(|seq| seq <= last);
    let past: Vec<&Event> = events.iter().filter(is_past).collect();
    if past.is_empty() {
        let written = write((transaction, leases), record).await?;
        return Ok(if written == Written::Whole { Outcome::Kept } else { Outcome::Conflict });
    }
    // A record goes in whole or not at all, so one that is there in part is another's.
    if past.len() != events.len() || !are_stored(transaction, record.session_id, events).await? {
        return Ok(Outcome::Conflict);
    }
    if let RecordBody::Events { usage, receipts, .. } = &record.body {
        let mut beside = Batch::default();
        beside.push_usage(record, events, usage, receipts)?;
        beside.write_beside(transaction, leases).await?;
    }
    Ok(Outcome::Kept)
}

/// Whether exactly these events stand in their places.
async fn are_stored(
    transaction: &mut Transaction,
    session: SessionId,
    events: &[Event],
) -> Result<bool, StoreError> {
    let place = |event: &Event| i64::try_from(event.seq.0).unwrap_or(i64::MAX);
    let (Some(first), Some(last)) = (events.first().map(place), events.last().map(place)) else {
        return Ok(true);
    };
    let found = transaction.stored((session.as_uuid(), month_of(session.as_uuid())), (first, last)).await?;
    Ok(found.len() == events.len() && found.iter().zip(events).all(|(found, event)| is_same(found, event)))
}

/// Messages are told by their ids; changes of state have none and are told by what they say and when.
fn is_same((seq, message, state, at): &StoredEvent, event: &Event) -> bool {
    u64::try_from(*seq) == Ok(event.seq.0)
        && match &event.body {
            EventBody::Message(said) => *message == Some(said.message_id.as_uuid()),
            EventBody::State(change) => {
                state.as_deref() == Some(change.state.word()) && *at == stored(event.at)
            }
        }
}
