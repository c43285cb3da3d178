//! What actors remember between lives.

use aihio_actors::ports::{PortError, Snapshot, SnapshotKey, Snapshots};
use async_trait::async_trait;
use bytes::Bytes;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::dialect::Sql;
use super::entities::snapshot;
use super::patience::Patience;
use super::{Store, StoreError};

/// A late save of an older memory changes nothing.
const SAVE: Sql = Sql::same(
    "INSERT INTO snapshots (kind, id, version, seq, bytes) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, seq = excluded.seq, bytes = excluded.bytes \
     WHERE excluded.seq >= snapshots.seq",
);

const FORGET: Sql = Sql::same("DELETE FROM snapshots WHERE kind = $1 AND id = $2");

#[async_trait]
impl Snapshots for Store {
    async fn save(&self, key: SnapshotKey, snapshot: Snapshot) -> Result<(), PortError> {
        let values = vec![
            key.kind.into(),
            key.id.into(),
            i32::from(snapshot.version).into(),
            i64::try_from(snapshot.seq).unwrap_or(i64::MAX).into(),
            snapshot.bytes.to_vec().into(),
        ];
        let save = async { Ok(self.writer().execute_raw(SAVE.with(self.writer(), values)).await.map(drop)?) };
        Patience::Work.ask("snapshots", save).await
    }

    async fn load(&self, key: SnapshotKey) -> Result<Option<Snapshot>, PortError> {
        let load = async {
            let _turn = self.reading().await;
            let found =
                snapshot::Entity::find_by_id((key.kind.to_owned(), key.id)).one(self.reader()).await?;
            found.map(read).transpose()
        };
        Patience::Visitor.ask("snapshots", load).await
    }

    async fn at_hand(&self, _: SnapshotKey) -> Option<Snapshot> {
        None
    }

    async fn forget(&self, key: SnapshotKey) -> Result<(), PortError> {
        let values = vec![key.kind.into(), key.id.into()];
        let forget =
            async { Ok(self.writer().execute_raw(FORGET.with(self.writer(), values)).await.map(drop)?) };
        Patience::Work.ask("snapshots", forget).await
    }
}

fn read(row: snapshot::Model) -> Result<Snapshot, StoreError> {
    let wrong = |column| StoreError::inconsistent("snapshots", column, &row.id);
    Ok(Snapshot {
        version: u16::try_from(row.version).map_err(|_| wrong("version"))?,
        seq: u64::try_from(row.seq).map_err(|_| wrong("seq"))?,
        bytes: Bytes::from(row.bytes),
    })
}
