//! Blobs as files of a folder.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aihio_actors::ports::{BlobKey, Blobs, PortError};
use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::incoming::{Draft, IncomingFile};

const PORT: &str = "blobs";
/// Holds files while they are written; no key can name it, for none has a dot.
const INCOMING: &str = ".incoming";
/// A file that has been incoming for longer was left by a process that died.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest key, in bytes; file systems take 255 for each segment.
const KEY_BYTES_MAX: usize = 200;

/// The key is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a blob's key is made of `a-z`, `0-9` and `-`, in segments between `/`")]
struct InvalidKey;

/// Keeps each blob in a file under one folder. A blob is whole or absent: it is written beside its place, flushed to
/// the disk, and then renamed.
#[derive(Debug, Clone)]
pub struct LocalBlobs {
    folder: PathBuf,
}

impl LocalBlobs {
    /// Opens the folder, making it where it is absent, and clears what a crash left half-written.
    ///
    /// # Errors
    /// When the folder can't be made or read.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let blobs = Self { folder: folder.into() };
        let incoming = blobs.folder.join(INCOMING);
        fs::create_dir_all(&incoming)?;
        for entry in fs::read_dir(incoming)? {
            remove_if_abandoned(&entry?.path())?;
        }
        Ok(blobs)
    }

    fn path(&self, key: &BlobKey) -> Result<PathBuf, PortError> {
        if !is_valid(&key.0) {
            return Err(PortError::permanent(PORT, InvalidKey));
        }
        Ok(self.folder.join(&key.0))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut draft = Draft::create(&self.folder.join(INCOMING))?;
        draft.write_all(bytes)?;
        draft.move_to(path)
    }

    /// Begins to take in a file of so many bytes, whose place is under that key.
    ///
    /// # Errors
    /// When it can't be written.
    pub async fn receive(&self, key: &BlobKey, announced: u64) -> Result<IncomingFile, PortError> {
        IncomingFile::begin(self.folder.join(INCOMING), self.path(key)?, announced).await
    }
}

fn is_valid(key: &str) -> bool {
    key.len() <= KEY_BYTES_MAX
        && key.split('/').all(|segment| {
            !segment.is_empty()
                && segment.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        })
}

fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    let written_at = fs::metadata(path).and_then(|metadata| metadata.modified())?;
    #[expect(clippy::disallowed_methods, reason = "files carry the file system's time, not the product's")]
    let age = SystemTime::now().duration_since(written_at).unwrap_or_default();
    if age > ABANDONED_AFTER { fs::remove_file(path) } else { Ok(()) }
}

/// Runs blocking file work on a thread made for it.
pub(super) async fn on_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, PortError> {
    match spawn_blocking(work).await {
        Ok(outcome) => outcome.map_err(|fault| PortError::transient(PORT, fault)),
        Err(ended) => Err(PortError::transient(PORT, ended)),
    }
}

#[async_trait]
impl Blobs for LocalBlobs {
    async fn put(&self, key: &BlobKey, bytes: Bytes) -> Result<(), PortError> {
        let (blobs, path) = (self.clone(), self.path(key)?);
        on_thread(move || blobs.write(&path, &bytes)).await
    }

    async fn get(&self, key: &BlobKey) -> Result<Option<Bytes>, PortError> {
        let path = self.path(key)?;
        on_thread(move || match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        })
        .await
    }

    async fn size(&self, key: &BlobKey) -> Result<Option<u64>, PortError> {
        let path = self.path(key)?;
        on_thread(move || match fs::metadata(path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        })
        .await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), PortError> {
        let path = self.path(key)?;
        on_thread(move || match fs::remove_file(path) {
            Err(fault) if fault.kind() != ErrorKind::NotFound => Err(fault),
            _ => Ok(()),
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use aihio_actors::model::FileHash;
    use aihio_actors::ports::Fault;
    use uuid::Uuid;

    use super::*;
    use crate::blobs::ReceiveFault;

    /// A store in a folder that goes with it.
    struct Folder(LocalBlobs);

    impl Folder {
        fn new() -> Self {
            let name = format!("aihio-blobs-{}", Uuid::from_u128(rand::random()));
            Self(LocalBlobs::open(std::env::temp_dir().join(name)).unwrap())
        }

        fn incoming(&self) -> Vec<PathBuf> {
            let entries = fs::read_dir(self.0.folder.join(INCOMING)).unwrap();
            entries.map(|entry| entry.unwrap().path()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0.folder).unwrap();
        }
    }

    fn key(name: &str) -> BlobKey {
        BlobKey(name.into())
    }

    #[tokio::test]
    async fn what_was_put_is_got_until_it_is_deleted() {
        let folder = Folder::new();
        let key = key("uploads/0192-ab/file");
        assert_eq!(folder.0.get(&key).await.unwrap(), None);
        folder.0.put(&key, Bytes::from_static(b"one")).await.unwrap();
        folder.0.put(&key, Bytes::from_static(b"two")).await.unwrap();
        assert_eq!(folder.0.get(&key).await.unwrap(), Some(Bytes::from_static(b"two")));
        assert_eq!(folder.0.size(&key).await.unwrap(), Some(3));
        assert_eq!(folder.incoming(), Vec::<PathBuf>::new());
        folder.0.delete(&key).await.unwrap();
        folder.0.delete(&key).await.unwrap();
        assert_eq!(folder.0.get(&key).await.unwrap(), None);
        assert_eq!(folder.0.size(&key).await.unwrap(), None);
    }

    #[tokio::test]
    async fn keys_can_not_leave_the_folder() {
        let folder = Folder::new();
        let long = "a".repeat(KEY_BYTES_MAX + 1);
        for name in
            ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", "A", "a\\b", "a\0", ".incoming/a", &long]
        {
            let refusal = folder.0.put(&key(name), Bytes::new()).await.unwrap_err();
            assert_eq!(refusal.fault, Fault::Permanent, "{name}");
        }
    }

    #[tokio::test]
    async fn a_failed_write_leaves_nothing_behind() {
        let folder = Folder::new();
        folder.0.put(&key("a"), Bytes::new()).await.unwrap();
        let refusal = folder.0.put(&key("a/b"), Bytes::new()).await.unwrap_err();
        assert_eq!(refusal.fault, Fault::Transient);
        fs::create_dir(folder.0.folder.join("c")).unwrap();
        folder.0.put(&key("c"), Bytes::new()).await.unwrap_err();
        assert_eq!(folder.incoming(), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn what_comes_in_pieces_is_in_its_place_once_it_is_whole() {
        let folder = Folder::new();
        let (key, bytes) = (key("uploads/a"), vec![7; 700_000]);
        let mut file = folder.0.receive(&key, 700_000).await.unwrap();
        for piece in bytes.chunks(65_536) {
            assert_eq!(folder.0.size(&key).await.unwrap(), None);
            file.add(piece).await.unwrap();
        }
        assert!(fs::metadata(&folder.incoming()[0]).unwrap().len() >= 524_288, "it is not held in memory");
        file.keep(Some(&FileHash::of(&bytes))).await.unwrap();
        assert_eq!(folder.0.get(&key).await.unwrap().as_deref(), Some(bytes.as_slice()));
        assert_eq!(folder.incoming(), Vec::<PathBuf>::new());
    }

    #[tokio::test]
    async fn of_what_was_not_announced_so_nothing_is_left() {
        let folder = Folder::new();
        let key = key("uploads/a");
        let begun = async || {
            let mut file = folder.0.receive(&key, 5).await.unwrap();
            file.add(b"hell").await.unwrap();
            file
        };
        let mut long = begun().await;
        assert!(matches!(long.add(b"o!").await, Err(ReceiveFault::TooLong)));
        drop(long);
        assert!(matches!(begun().await.keep(None).await, Err(ReceiveFault::TooShort(4))));
        let mut other = begun().await;
        other.add(b"o").await.unwrap();
        let kept = other.keep(Some(&FileHash::of(b"jello"))).await;
        assert!(matches!(kept, Err(ReceiveFault::OtherBytes)));
        assert_eq!((folder.incoming(), folder.0.get(&key).await.unwrap()), (Vec::new(), None));
    }

    #[test]
    fn abandoned_files_are_cleared_at_the_start() {
        let folder = Folder::new();
        let incoming = folder.0.folder.join(INCOMING);
        let abandoned = File::create(incoming.join("old")).unwrap();
        abandoned.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        File::create(incoming.join("new")).unwrap();
        LocalBlobs::open(&folder.0.folder).unwrap();
        assert_eq!(folder.incoming(), vec![incoming.join("new")]);
    }
}
