//! Blobs as files of a folder.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aihio_actors::ports::{BlobKey, Blobs, PortError};
use async_trait::async_trait;
use bytes::Bytes;
use tokio::task::spawn_blocking;
use uuid::Uuid;

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
        let parent = path.parent().ok_or(ErrorKind::InvalidInput)?;
        fs::create_dir_all(parent)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the name lives for a moment and nothing depends on it"
        )]
        let incoming = self.folder.join(INCOMING).join(Uuid::new_v4().to_string());
        let written = write_flushed(&incoming, bytes).and_then(|()| fs::rename(&incoming, path));
        if written.is_err() {
            // The first fault is the one to report; the rest is cleared at the next start.
            let _ = fs::remove_file(&incoming);
        }
        written?;
        // The rename itself is on the disk once its folder is.
        File::open(parent)?.sync_all()
    }
}

fn is_valid(key: &str) -> bool {
    key.len() <= KEY_BYTES_MAX
        && key.split('/').all(|segment| {
            !segment.is_empty()
                && segment.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        })
}

fn write_flushed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn remove_if_abandoned(path: &Path) -> io::Result<()> {
    let written_at = fs::metadata(path).and_then(|metadata| metadata.modified())?;
    #[expect(clippy::disallowed_methods, reason = "files carry the file system's time, not the product's")]
    let age = SystemTime::now().duration_since(written_at).unwrap_or_default();
    if age > ABANDONED_AFTER { fs::remove_file(path) } else { Ok(()) }
}

/// Runs blocking file work on a thread made for it.
async fn on_thread<T: Send + 'static>(
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
    use aihio_actors::ports::Fault;

    use super::*;

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
