//! The files of the project, and what is found wrong in them.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what is fetched, made or run, and not what is written.
const NOT_OURS: [&str; 5] = ["target", "node_modules", ".git", "data", "dist"];
/// What lock files say is not ours to choose.
const LOCK_FILES: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// A text file of the project.
#[derive(Debug)]
pub(crate) struct File {
    /// Where it lies, from the root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl File {
    /// The name without folder and extension.
    pub(crate) fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Whether it is in Rust.
    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it lies below a folder, which ends in `/`, or is that file.
    pub(crate) fn is_in(&self, place: &str) -> bool {
        self.path == place || (place.ends_with('/') && self.path.starts_with(place))
    }

    /// Whether it holds nothing but tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "test"))
            || self.path.ends_with(".test.ts")
    }

    /// Its lines with their numbers, which begin at 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// Every text file of the project, in the order of paths.
pub(crate) fn files() -> Vec<File> {
    let mut paths = Vec::new();
    walk(root(), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let text = String::from_utf8(fs::read(&path).expect("a listed file can be read")).ok()?;
        Some(File { path: relative(&path), text })
    };
    paths.into_iter().filter_map(read).collect()
}

/// The Rust files below some folders.
pub(crate) fn rust_in(folders: &[&str]) -> Vec<File> {
    let ours = |file: &File| file.is_rust() && folders.iter().any(|folder| file.is_in(folder));
    files().into_iter().filter(ours).collect()
}

/// One file, or none where there is no such file.
pub(crate) fn file(path: &str) -> Option<File> {
    let text = fs::read_to_string(root().join(path)).ok()?;
    Some(File { path: path.to_owned(), text })
}

/// The names in a folder; none where it does not exist.
pub(crate) fn names_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the project can be read").flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            walk(&path, found);
        } else if path.is_file() && !LOCK_FILES.contains(&name.as_str()) {
            found.push(path);
        }
    }
}

fn relative(path: &Path) -> String {
    let inside = path.strip_prefix(root()).expect("it lies in the project");
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Something that is wrong.
#[derive(Debug)]
pub(crate) struct Fault(String);

impl Fault {
    /// Wrong at a line.
    pub(crate) fn at(file: &File, line: usize, what: impl std::fmt::Display) -> Self {
        Self(format!("{}:{line}: {what}", file.path))
    }

    /// Wrong as a whole.
    pub(crate) fn of(path: &str, what: impl std::fmt::Display) -> Self {
        Self(format!("{path}:1: {what}"))
    }
}

/// Fails with the list, unless it is empty.
pub(crate) fn none(faults: impl IntoIterator<Item = Fault>) {
    let list: Vec<String> = faults.into_iter().map(|fault| fault.0).collect();
    assert!(list.is_empty(), "\n{}\n", list.join("\n"));
}
