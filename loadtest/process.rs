//! Readings from `/proc`: what the server and this program cost (proc(5)).

use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::time::Duration;

use thiserror::Error;

/// Length of the ticks in `/proc/<pid>/stat`: Linux shows hundredths of a second to programs on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// One process to read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Process {
    /// The server.
    Server(NonZeroU32),
    /// This program.
    Own,
}

/// Memory of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Proportional set size: shared pages are divided among those who share them.
    pub(crate) pss: u64,
    /// Resident set size.
    pub(crate) rss: u64,
}

/// Why there is no reading.
#[derive(Debug, Error)]
pub(crate) enum ReadingError {
    #[error("can't read {path}")]
    Unavailable { path: String, source: io::Error },
    #[error("{path} has an unknown form")]
    Form { path: String },
}

impl Process {
    /// User and system time that all threads have used so far, to 10 ms.
    pub(crate) fn cpu_time(self) -> Result<Duration, ReadingError> {
        self.read("stat", parse_cpu_time)
    }

    /// Resident memory now, in bytes: cheaper to read than [`Self::memory`], whatever the size of the process.
    pub(crate) fn resident(self) -> Result<u64, ReadingError> {
        self.read("status", |status| kibibytes(status, "VmRSS:"))
    }

    /// Files and sockets that it has open now.
    pub(crate) fn open_files(self) -> Result<u64, ReadingError> {
        let path = self.path("fd");
        let unavailable = |source| ReadingError::Unavailable { path: path.clone(), source };
        // Since Linux 6.2 the folder's size is the number of its entries; before that it is 0.
        match fs::metadata(&path).map_err(unavailable)?.len() {
            0 => {
                let count = fs::read_dir(&path).map_err(unavailable)?.count();
                Ok(u64::try_from(count).unwrap_or(u64::MAX))
            }
            count => Ok(count),
        }
    }

    /// Memory now.
    pub(crate) fn memory(self) -> Result<Memory, ReadingError> {
        self.read("smaps_rollup", parse_memory)
    }

    /// How many files and sockets it may have open; `None` when there is no limit.
    pub(crate) fn open_files_max(self) -> Result<Option<u64>, ReadingError> {
        self.read("limits", parse_open_files)
    }

    fn path(self, file: &str) -> String {
        match self {
            Self::Server(pid) => format!("/proc/{pid}/{file}"),
            Self::Own => format!("/proc/self/{file}"),
        }
    }

    fn read<T>(self, file: &str, parse: fn(&str) -> Option<T>) -> Result<T, ReadingError> {
        let path = self.path(file);
        match fs::read_to_string(&path) {
            Ok(text) => parse(&text).ok_or(ReadingError::Form { path }),
            Err(source) => Err(ReadingError::Unavailable { path, source }),
        }
    }
}

/// Fields 14 and 15 of `stat`. The second field is the program's name, which may hold spaces and parentheses.
fn parse_cpu_time(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(TICK * ticks()? + TICK * ticks()?)
}

fn parse_memory(rollup: &str) -> Option<Memory> {
    Some(Memory { pss: kibibytes(rollup, "Pss:")?, rss: kibibytes(rollup, "Rss:")? })
}

/// The value of a line such as `VmRSS: 12 kB`, in bytes.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

fn parse_open_files(limits: &str) -> Option<Option<u64>> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_ascii_whitespace().next()? {
        "unlimited" => Some(None),
        soft => soft.parse().ok().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_found_behind_any_program_name() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194560 2509 0 0 0 150 25 0 0 20 0 4 0 12 1 2 3";
        assert_eq!(parse_cpu_time(stat), Some(Duration::from_millis(1_750)));
        assert_eq!(parse_cpu_time("7 (a) S 1 7"), None);
    }

    #[test]
    fn memory_is_told_in_bytes() {
        let rollup = "0-1 ---p 0 00:00 0 [rollup]\nRss:   2048 kB\nPss:    1000 kB\nPss_Dirty:  7 kB\n";
        assert_eq!(parse_memory(rollup), Some(Memory { pss: 1_024_000, rss: 2_097_152 }));
        assert_eq!(parse_memory("Rss: 1 kB\n"), None);
    }

    #[test]
    fn the_soft_limit_of_files_is_the_one_that_holds() {
        let limits =
            "Limit  Soft  Hard  Units\nMax open files            1024                 524288   files\n";
        assert_eq!(parse_open_files(limits), Some(Some(1_024)));
        assert_eq!(parse_open_files("Max open files  unlimited unlimited files"), Some(None));
    }

    #[test]
    fn this_program_can_be_read() {
        assert!(Process::Own.cpu_time().is_ok());
        assert!(Process::Own.memory().unwrap().rss > 0);
        assert!(Process::Own.open_files_max().is_ok());
        assert!(Process::Own.resident().unwrap() > 0);
        assert!(Process::Own.open_files().unwrap() >= 3);
    }
}
