//! What is read of sessions that wake, of many at once: their rows with their snapshots, and the events after those.

use std::collections::HashMap;

use aihio_actors::model::{Event, Seq, SessionId};
use aihio_actors::ports::{Snapshot, Standing, Waking, Woken};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult};
use serde::Serialize;

use super::super::dialect::{Sql, json_rows, month_of};
use super::super::entities::{message, session};
use super::super::{Store, StoreError, sessions};
use super::event;

/// Events of one session that come along.
const EVENTS_MAX: u64 = 500;

/// Owns sessions that no transaction holds just now. Those that one holds are left out and not waited for: whoever waits
/// for one row while it holds others may be waited for in turn.
const OWN_FREE: &str = "WITH free AS (SELECT session_id FROM sessions WHERE session_id IN \
        (SELECT session FROM jsonb_to_recordset($1::text::jsonb) AS item (session uuid)) FOR UPDATE SKIP LOCKED) \
     UPDATE sessions SET owner_epoch = owner_epoch + 1 FROM free WHERE sessions.session_id = free.session_id \
     RETURNING sessions.session_id";

/// Owns one session. This locks one row, like the gate of an append, and nothing else: the two wait for each other and
/// never in a circle.
const OWN: Sql = Sql::same(
    "UPDATE sessions SET owner_epoch = owner_epoch + 1 WHERE session_id = $1 RETURNING sessions.session_id",
);

const ROWS: Sql = Sql {
    sqlite: "SELECT sessions.*, snapshots.version AS snapshot_version, snapshots.seq AS snapshot_seq, \
             snapshots.bytes AS snapshot_bytes \
             FROM json_each($1) JOIN sessions ON session_id = unhex(value ->> 'session') \
             LEFT JOIN snapshots ON snapshots.kind = 'session' AND snapshots.id = session_id \
             AND snapshots.seq > value ->> 'remembers'",
    postgres: "SELECT sessions.*, snapshots.version AS snapshot_version, snapshots.seq AS snapshot_seq, \
             snapshots.bytes AS snapshot_bytes \
             FROM jsonb_to_recordset($1::text::jsonb) AS item (session uuid, remembers bigint) \
             JOIN sessions ON session_id = session \
             LEFT JOIN snapshots ON snapshots.kind = 'session' AND snapshots.id = session_id \
             AND snapshots.seq > remembers",
};

/// Positions have no holes, so that a range of them is a number of rows.
const EVENTS: Sql = Sql {
    sqlite: "SELECT messages.* FROM json_each($1) JOIN messages ON session_id = unhex(value ->> 'session') \
             AND session_month = value ->> 'month' AND seq > value ->> 'after' AND seq <= value ->> 'until' \
             ORDER BY session_id, seq",
    postgres: "SELECT messages.* FROM jsonb_to_recordset($1::text::jsonb) \
             AS item (session uuid, month integer, after bigint, until bigint) \
             JOIN messages ON session_id = session AND session_month = month AND seq > after AND seq <= until \
             ORDER BY session_id, seq",
};

/// A session as the statements are told of it.
#[derive(Serialize)]
struct Sleeping {
    session: String,
    remembers: u64,
}

/// The events of a session that are wanted.
#[derive(Serialize)]
struct Range {
    session: String,
    month: i32,
    after: u64,
    until: u64,
}

#[derive(FromQueryResult)]
struct SnapshotRow {
    snapshot_version: Option<i32>,
    snapshot_seq: Option<i64>,
    snapshot_bytes: Option<Vec<u8>>,
}

/// What became of each session that asked; those that were never opened are not there.
pub(super) type AllWoken = HashMap<SessionId, Result<Woken, StoreError>>;

impl Store {
    /// What is stored of these sessions, each named once.
    pub(super) async fn read_woken(&self, wakings: &[Waking]) -> Result<AllWoken, StoreError> {
        self.own_anew(wakings).await?;
        let sleeping = wakings.iter().map(Sleeping::from).collect::<Vec<_>>();
        let rows = self.reader().query_all_raw(ROWS.with(self.reader(), list(&sleeping)?)).await?;
        let mut woken = AllWoken::with_capacity(rows.len());
        for row in &rows {
            let id = SessionId::from_uuid(row.try_get("", "session_id")?);
            woken.insert(id, without_events(row));
        }
        let known = |waking: &Waking| woken.get(&waking.session)?.as_ref().ok();
        let ranges = wakings.iter().filter_map(|waking| range(waking, known(waking)?)).collect::<Vec<_>>();
        if ranges.is_empty() {
            return Ok(woken);
        }
        for row in self.reader().query_all_raw(EVENTS.with(self.reader(), list(&ranges)?)).await? {
            let row = message::Model::from_query_result(&row, "")?;
            let id = SessionId::from_uuid(row.session_id);
            add(&mut woken, id, event(row));
        }
        Ok(woken)
    }

    /// Makes this process the owner of those that ask for it: what is read afterwards is all that others have written.
    async fn own_anew(&self, wakings: &[Waking]) -> Result<(), StoreError> {
        let anew = wakings.iter().filter(|waking| waking.standing == Standing::NewOwner);
        let mut anew = anew.map(|waking| waking.session).collect::<Vec<_>>();
        if anew.len() > 1 && self.writer().get_database_backend() == DbBackend::Postgres {
            let rows = anew.iter().map(|id| Sleeping::new(*id, Seq::START)).collect::<Vec<_>>();
            let own = sea_orm::Statement::from_sql_and_values(DbBackend::Postgres, OWN_FREE, list(&rows)?);
            for row in self.writer().query_all_raw(own).await? {
                let owned = SessionId::from_uuid(row.try_get("", "session_id")?);
                anew.retain(|id| *id != owned);
            }
        }
        for id in anew {
            self.writer().execute_raw(OWN.with(self.writer(), vec![id.as_uuid().into()])).await?;
        }
        Ok(())
    }
}

impl Sleeping {
    fn new(session: SessionId, remembers: Seq) -> Self {
        Self { session: text(session), remembers: remembers.0 }
    }
}

impl From<&Waking> for Sleeping {
    fn from(waking: &Waking) -> Self {
        Self::new(waking.session, waking.remembers)
    }
}

/// Ids as both databases read them out of JSON.
fn text(session: SessionId) -> String {
    session.as_uuid().simple().to_string()
}

fn list<T: Serialize>(rows: &[T]) -> Result<Vec<sea_orm::Value>, StoreError> {
    Ok(vec![json_rows(rows)?.into()])
}

fn without_events(row: &QueryResult) -> Result<Woken, StoreError> {
    let session = session::Model::from_query_result(row, "")?;
    let wrong = |table, column| StoreError::inconsistent(table, column, &session.session_id);
    let last = u64::try_from(session.last_seq).map_err(|_| wrong("sessions", "last_seq"))?;
    let SnapshotRow { snapshot_version, snapshot_seq, snapshot_bytes } =
        SnapshotRow::from_query_result(row, "")?;
    let snapshot = match (snapshot_version, snapshot_seq, snapshot_bytes) {
        (Some(version), Some(seq), Some(bytes)) => Some(Snapshot {
            version: u16::try_from(version).map_err(|_| wrong("snapshots", "version"))?,
            seq: u64::try_from(seq).map_err(|_| wrong("snapshots", "seq"))?,
            bytes: bytes.into(),
        }),
        _ => None,
    };
    Ok(Woken { opened: sessions::opened(session)?, last: Seq(last), snapshot, events: Vec::new() })
}

fn range(waking: &Waking, woken: &Woken) -> Option<Range> {
    let known = woken.snapshot.as_ref().map_or(waking.remembers.0, |snapshot| snapshot.seq);
    let after = known.saturating_sub(waking.ring);
    (after < woken.last.0).then(|| Range {
        session: text(waking.session),
        month: month_of(waking.session.as_uuid()),
        after,
        until: after + EVENTS_MAX,
    })
}

/// A row that is not understood keeps its own session asleep, and no other.
fn add(woken: &mut AllWoken, id: SessionId, event: Result<Event, StoreError>) {
    match (woken.get_mut(&id), event) {
        (Some(Ok(woken)), Ok(event)) => woken.events.push(event),
        (Some(place @ Ok(_)), Err(error)) => *place = Err(error),
        _ => {}
    }
}
