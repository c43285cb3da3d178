//! An append whose batch did not go in whole: record by record, what is new is written, what is there already counts as
//! kept, and what another writer has taken is a conflict.

use std::collections::HashSet;

use aihio_actors::model::{Event, EventBody, OwnerEpoch, SessionId, SessionMeta};
use aihio_actors::ports::{Outcome, Record, RecordBody};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, TransactionTrait,
};

use super::super::credits::Leases;
use super::super::dialect::{Sql, month_of, stored};
use super::super::entities::message::{self, Column};
use super::super::entities::session;
use super::super::{Store, StoreError};
use super::batch::Batch;
use super::event::event;
use super::write::Written;

/// Where a session's gate stands; nobody else moves it until this transaction ends. What came in before the session
/// got a newer owner stays kept; the gate's own statement refuses anything new of the former one.
const HOLD_GATE: Sql = Sql {
    sqlite: "SELECT last_seq FROM sessions WHERE session_id = $1 AND account_id = $2",
    postgres: "SELECT last_seq FROM sessions WHERE session_id = $1 AND account_id = $2 FOR UPDATE",
};

/// Appends records one by one, in one transaction.
pub(super) async fn append(store: &Store, records: &[Record]) -> Result<Vec<Outcome>, StoreError> {
    let transaction = store.writer().begin().await?;
    let mut outcomes = Vec::with_capacity(records.len());
    // What follows a conflict was written in the belief that its place is free; it must not go in behind the hole.
    let mut stopped: HashSet<(SessionId, OwnerEpoch)> = HashSet::new();
    for record in records {
        let outcome = if stopped.contains(&(record.session_id, record.owner)) {
            Outcome::Conflict
        } else {
            append_one((&transaction, store.leases()), record).await?
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
    (transaction, leases): (&DatabaseTransaction, Leases<'_>),
    record: &Record,
) -> Result<Outcome, StoreError> {
    let savepoint = transaction.begin().await?;
    let outcome = match &record.body {
        RecordBody::Opened(meta) => open((&savepoint, leases), record, meta).await,
        RecordBody::Events { events, .. } => go_on((&savepoint, leases), record, events).await,
        RecordBody::Feedback(_) | RecordBody::Lead(_) => {
            Batch::of(std::slice::from_ref(record)).write(&savepoint, leases).await.map(|_| Outcome::Kept)
        }
    };
    match outcome {
        Ok(Outcome::Kept) => {
            savepoint.commit().await?;
            Ok(Outcome::Kept)
        }
        Ok(Outcome::Conflict) => {
            savepoint.rollback().await?;
            Ok(Outcome::Conflict)
        }
        Err(error) if error.may_pass() => Err(error),
        Err(error) => {
            tracing::error!(session.id = %record.session_id, error = &error as &dyn std::error::Error,
                "the store can't take a record; its session stops");
            savepoint.rollback().await?;
            Ok(Outcome::Conflict)
        }
    }
}

/// A session that opens may be there already, with the same facts.
async fn open(
    (transaction, leases): (&DatabaseTransaction, Leases<'_>),
    record: &Record,
    meta: &SessionMeta,
) -> Result<Outcome, StoreError> {
    if Batch::of(std::slice::from_ref(record)).write(transaction, leases).await? == Written::Whole {
        return Ok(Outcome::Kept);
    }
    let row = session::Entity::find_by_id(meta.session_id.as_uuid()).one(transaction).await?;
    let same = row.is_some_and(|row| {
        row.account_id == meta.account_id.as_uuid()
            && row.chatbot_id == meta.chatbot_id.as_uuid()
            && *row.epoch == *meta.epoch.0
    });
    Ok(if same { Outcome::Kept } else { Outcome::Conflict })
}

/// A history that goes on may have gone on already, with the same events.
async fn go_on(
    (transaction, leases): (&DatabaseTransaction, Leases<'_>),
    record: &Record,
    events: &[Event],
) -> Result<Outcome, StoreError> {
    let ids = vec![record.session_id.as_uuid().into(), record.account_id.as_uuid().into()];
    let Some(gate) = transaction.query_one_raw(HOLD_GATE.with(transaction, ids)).await? else {
        return Ok(Outcome::Conflict);
    };
    let last: i64 = gate.try_get("", "last_seq")?;
    let is_past = |event: &&Event| i64::try_from(event.seq.0).is_ok_and(|seq| seq <= last);
    let past: Vec<&Event> = events.iter().filter(is_past).collect();
    if past.is_empty() {
        let batch = Batch::of(std::slice::from_ref(record));
        let whole = batch.is_contiguous() && batch.write(transaction, leases).await? == Written::Whole;
        return Ok(if whole { Outcome::Kept } else { Outcome::Conflict });
    }
    // A record goes in whole or not at all, so one that is there in part is another's.
    if past.len() != events.len() || !are_stored(transaction, record.session_id, events).await? {
        return Ok(Outcome::Conflict);
    }
    if let RecordBody::Events { usage, receipts, .. } = &record.body {
        let mut beside = Batch::default();
        beside.push_usage(record, events, usage, receipts);
        beside.write_beside(transaction, leases).await?;
    }
    Ok(Outcome::Kept)
}

/// Whether exactly these events stand in their places.
async fn are_stored(
    transaction: &DatabaseTransaction,
    session: SessionId,
    events: &[Event],
) -> Result<bool, StoreError> {
    let seqs = events.iter().filter_map(|event| i64::try_from(event.seq.0).ok());
    let rows = message::Entity::find()
        .filter(Column::SessionId.eq(session.as_uuid()))
        .filter(Column::SessionMonth.eq(month_of(session.as_uuid())))
        .filter(Column::Seq.is_in(seqs))
        .order_by_asc(Column::Seq)
        .all(transaction)
        .await?;
    let found = rows.into_iter().map(event).collect::<Result<Vec<_>, _>>()?;
    Ok(found.len() == events.len() && found.iter().zip(events).all(|(found, event)| is_same(found, event)))
}

/// Messages are told by their ids; changes of state have none and are told by what they say and when.
fn is_same(found: &Event, event: &Event) -> bool {
    found.seq == event.seq
        && match (&found.body, &event.body) {
            (EventBody::Message(found), EventBody::Message(message)) => {
                found.message_id == message.message_id
            }
            (EventBody::State(found_change), EventBody::State(change)) => {
                found_change.state == change.state && found.at == stored(event.at)
            }
            _ => false,
        }
}
