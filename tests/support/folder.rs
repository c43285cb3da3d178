//! A folder that lives as long as its test.

use std::path::{Path, PathBuf};

/// An empty folder, removed with everything in it when the value goes.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one below the build's own scratch folder.
    pub fn make(purpose: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{purpose}-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&path).expect("the scratch folder can be written");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
