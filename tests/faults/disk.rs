//! A disk that can be filled.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::support::Folder;

/// A small file system in memory.
#[derive(Debug)]
pub struct Disk {
    folder: Folder,
}

impl Disk {
    /// Mounts one of so many MiB. None where that is not allowed, which is said.
    pub fn mounted(mib: u32) -> Option<Self> {
        let folder = Folder::new();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]).arg(folder.path());
        if !mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            eprintln!("SKIPPED: a full disk can't be tried, since no file system may be mounted here");
            return None;
        }
        Some(Self { folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file can be made");
        for size in [65_536, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    /// Frees what was filled.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).expect("the ballast is there");
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the node that works on it may end a moment later.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
