//! A real Redis.

use super::Folder;
use super::attached::{Attached, Signal, free_port};

/// A Redis server that keeps nothing on disk.
#[derive(Debug)]
pub(crate) struct Redis {
    server: Attached,
    // Dropped after the server that works in it.
    _folder: Folder,
}

impl Redis {
    /// Starts a server of the test's own.
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        let port = free_port();
        let (port_text, path) = (port.to_string(), folder.path().display().to_string());
        let installed = std::process::Command::new("redis-server").arg("--version").output().is_ok();
        assert!(installed, "Redis is not installed: run `make test`, which installs it");
        let options =
            ["--port", &port_text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", &path];
        let server = Attached::start(
            folder.path(),
            port,
            Signal::Terminate,
            &[&["redis-server"], options.as_slice()].concat(),
        );
        Self { server, _folder: folder }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.server.port)
    }
}
