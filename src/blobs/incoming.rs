//! A file that comes in piece by piece: on the disk from the first piece on, and in its place once it is whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use aihio_actors::model::FileHash;
use aihio_actors::ports::PortError;
use bytes::{Bytes, BytesMut};
use ring::digest::{Context, SHA256};
use uuid::Uuid;

use super::local::on_thread;

/// Bytes that are gathered before a thread writes them.
const GATHERED: usize = 256 * 1024;

/// Why a file was not kept.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveFault {
    /// More came than was announced.
    #[error("more bytes came than were announced")]
    TooLong,
    /// It ended before.
    #[error("only {0} bytes came")]
    TooShort(u64),
    /// They are not the announced ones.
    #[error("other bytes came than were announced")]
    OtherBytes,
    /// It can't be written.
    #[error("the bytes can't be kept")]
    Store(#[from] PortError),
}

/// A file that comes in. Dropped before its end, nothing is left of it.
pub struct IncomingFile {
    place: PathBuf,
    announced: u64,
    received: u64,
    gathered: BytesMut,
    /// None after a failed write, when nothing can be added any more.
    written: Option<Written>,
}

/// What is on the disk, with the hash of it.
struct Written {
    draft: Draft,
    hash: Context,
}

impl IncomingFile {
    /// Begins a file of `announced` bytes for `place`; it is written to `folder`, which is on the same disk.
    pub(super) async fn begin(folder: PathBuf, place: PathBuf, announced: u64) -> Result<Self, PortError> {
        let draft = on_thread(move || Draft::create(&folder)).await?;
        let written = Some(Written { draft, hash: Context::new(&SHA256) });
        Ok(Self { place, announced, received: 0, gathered: BytesMut::new(), written })
    }

    /// Adds what came.
    ///
    /// # Errors
    /// When it is more than was announced, or can't be written.
    pub async fn add(&mut self, bytes: &[u8]) -> Result<(), ReceiveFault> {
        self.received += bytes.len() as u64;
        if self.received > self.announced {
            return Err(ReceiveFault::TooLong);
        }
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED { self.write().await } else { Ok(()) }
    }

    /// Puts the whole file into its place, if it is what was announced. It is on the disk when this returns.
    ///
    /// # Errors
    /// When it is not, or can't be written.
    pub async fn keep(mut self, sha256: Option<&FileHash>) -> Result<(), ReceiveFault> {
        if self.received < self.announced {
            return Err(ReceiveFault::TooShort(self.received));
        }
        self.write().await?;
        let Some(Written { draft, hash }) = self.written else { return Err(ReceiveFault::OtherBytes) };
        if sha256.is_some_and(|announced| announced.0 != hash.finish().as_ref()) {
            return Err(ReceiveFault::OtherBytes);
        }
        let place = self.place;
        Ok(on_thread(move || draft.move_to(&place)).await?)
    }

    async fn write(&mut self) -> Result<(), ReceiveFault> {
        let bytes: Bytes = self.gathered.split().freeze();
        let Some(mut written) = self.written.take() else { return Err(ReceiveFault::OtherBytes) };
        let write = move || {
            written.draft.write_all(&bytes)?;
            written.hash.update(&bytes);
            Ok(written)
        };
        self.written = Some(on_thread(write).await?);
        Ok(())
    }
}

/// A file beside its place. Dropped before it is moved there, it is gone.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    file: File,
}

impl Draft {
    /// An empty one under a name of its own.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the name lives for a moment and nothing depends on it"
        )]
        let path = folder.join(Uuid::new_v4().to_string());
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok(Self { path, file })
    }

    /// Appends bytes.
    pub(super) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Flushes it to the disk and renames it.
    pub(super) fn move_to(self, place: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        let parent = place.parent().ok_or(ErrorKind::InvalidInput)?;
        fs::create_dir_all(parent)?;
        fs::rename(&self.path, place)?;
        // The rename itself is on the disk once its folder is.
        File::open(parent)?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Nothing has this name any more once it was moved; what can't be removed is cleared at a later start.
        let _ = fs::remove_file(&self.path);
    }
}
