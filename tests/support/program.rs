//! Programs that tests need beside the server: looked for, and skipped only where that was said beforehand.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that may be missing on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// A Chromium of any name.
    Chromium,
    /// Node with the published clients of `tests/clients/package.json`.
    Node,
    /// Python with the published clients of `tests/clients/requirements.txt`.
    Python,
    /// The same Python with the true model of `tests/clients/model.txt`.
    Model,
    /// strace, which can make system calls of others fail.
    #[cfg(feature = "faults")]
    Strace,
    /// The library that gives a program another clock.
    #[cfg(feature = "faults")]
    Faketime,
}

impl Program {
    /// The program, or none where `AIHIO_WITHOUT` names it: the caller then ends its test, and this says so.
    /// Fails where it is missing unannounced, so that no test is skipped by accident.
    pub fn find(self) -> Option<PathBuf> {
        let name = self.name();
        if env::var("AIHIO_WITHOUT").is_ok_and(|without| without.split_whitespace().any(|word| word == name))
        {
            eprintln!("SKIPPED: this test needs {name}");
            return None;
        }
        let found = self.places().into_iter().find(|place| place.is_file());
        assert!(
            found.is_some(),
            "{name} is missing: `make tools` installs it, AIHIO_WITHOUT={name} does without"
        );
        found
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Node => "node",
            Self::Python => "python",
            Self::Model => "model",
            #[cfg(feature = "faults")]
            Self::Strace => "strace",
            #[cfg(feature = "faults")]
            Self::Faketime => "faketime",
        }
    }

    fn places(self) -> Vec<PathBuf> {
        match self {
            Self::Model if !clients().join("model.sum").is_file() => Vec::new(),
            Self::Python | Self::Model => vec![clients().join("venv/bin/python")],
            Self::Node if !clients().join("node_modules").is_dir() => Vec::new(),
            Self::Node => on_path(&["node"]),
            #[cfg(feature = "faults")]
            Self::Strace => on_path(&["strace"]),
            #[cfg(feature = "faults")]
            Self::Faketime => libraries("faketime/libfaketimeMT.so.1"),
            Self::Chromium => on_path(&["chromium", "chromium-browser", "google-chrome"]),
        }
    }
}

/// Where `make tools` puts the published clients.
pub fn clients() -> PathBuf {
    let cache = env::var_os("AIHIO_CACHE").map(PathBuf::from);
    let home = || Path::new(&env::var_os("HOME").unwrap_or_default()).join(".cache/aihio");
    cache.unwrap_or_else(home).join("clients")
}

/// The server: the one built with these tests, or the one that `AIHIO_SERVER` names, such as a release build.
pub fn server() -> PathBuf {
    env::var_os("AIHIO_SERVER").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_aihio")), PathBuf::from)
}

/// A script of `tests/clients`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// A command that dies with the thread of the test that started it, even when that test is killed.
pub fn mortal(program: &Path) -> Command {
    let Some(setpriv) = on_path(&["setpriv"]).into_iter().find(|place| place.is_file()) else {
        return Command::new(program);
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}

fn on_path(names: &[&str]) -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).collect()
}

/// A file in the folders where Debian and others keep the libraries of a machine's kind.
#[cfg(feature = "faults")]
fn libraries(name: &str) -> Vec<PathBuf> {
    let kinds = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    std::iter::once(PathBuf::from("/usr/lib"))
        .chain(kinds.map(|kind| kind.path()))
        .map(|folder| folder.join(name))
        .collect()
}
