//! A disk whose power can fail: what was written to it and not synced is gone then.
//!
//! It is a file system in a file. What programs write stays in the system's memory until they sync it, or until the
//! system finds time; a copy of the file holds what a real disk would hold at that moment. The system is given all the
//! time in the world, so that it does not sync by itself what a program forgot to.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::support::Folder;

/// Room for a small PostgreSQL, or for a node's data. Only what is used takes any.
const SIZE: &str = "512M";
/// Seconds between two of the file system's own commits, which nobody asked for.
const COMMIT_SECONDS: u32 = 300;

/// The disk.
#[derive(Debug)]
pub struct Power {
    folder: Folder,
    /// How often it has failed.
    failures: AtomicU32,
}

impl Power {
    /// Mounts one. None where that is not allowed, which is said.
    pub fn on() -> Option<Self> {
        let power = Self { folder: Folder::new(), failures: AtomicU32::new(0) };
        std::fs::create_dir(power.path()).expect("a folder can be made");
        let image = power.image();
        let size = ["-s", SIZE];
        let formatted = does(Command::new("truncate").args(size).arg(&image))
            && does(
                Command::new("mkfs.ext4")
                    .args(["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"])
                    .arg(&image),
            );
        if !formatted || !power.mounts() {
            eprintln!("SKIPPED: a loss of power can't be tried, since no file system may be mounted here");
            return None;
        }
        Some(power)
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Syncs all that was written so far, as if it had been there for long.
    pub fn settles(&self) {
        assert!(does(Command::new("sync").arg("-f").arg(self.path())), "the disk can't be synced");
    }

    /// Loses what was not synced. Whoever wrote to it must be dead.
    pub fn fails(&self) {
        let before = self.image();
        self.failures.fetch_add(1, Ordering::Relaxed);
        let copied = does(Command::new("cp").arg("--sparse=always").args([&before, &self.image()]));
        assert!(copied, "the disk can't be copied");
        // Lazily: somebody may still look at it. What the system writes back now, nobody will read.
        let left = does(Command::new("umount").arg("-l").arg(self.path()));
        assert!(left && self.mounts(), "the disk can't be mounted again");
        let _ = std::fs::remove_file(before);
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join(format!("image-{}", self.failures.load(Ordering::Relaxed)))
    }

    fn mounts(&self) -> bool {
        let options = format!("loop,commit={COMMIT_SECONDS}");
        does(Command::new("mount").args(["-t", "ext4", "-o", &options]).args([self.image(), self.path()]))
    }
}

impl Drop for Power {
    fn drop(&mut self) {
        // Lazily: whoever works on it may end a moment later.
        let _ = does(Command::new("umount").arg("-l").arg(self.path()));
    }
}

fn does(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use super::*;

    fn file(folder: &Path, name: &str) -> File {
        File::create(folder.join(name)).unwrap()
    }

    #[test]
    fn what_was_synced_outlives_a_loss_of_power_and_nothing_else_does() {
        let Some(power) = Power::on() else { return };
        let (mut synced, mut forgotten) = (file(&power.path(), "synced"), file(&power.path(), "forgotten"));
        synced.write_all(b"kept").unwrap();
        synced.sync_all().unwrap();
        forgotten.write_all(b"lost").unwrap();
        drop((synced, forgotten));
        power.fails();
        assert_eq!(std::fs::read(power.path().join("synced")).unwrap(), b"kept");
        let forgotten = std::fs::read(power.path().join("forgotten")).unwrap_or_default();
        assert_eq!(forgotten, b"", "it was only in memory");
    }
}
