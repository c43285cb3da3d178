//! A real Redis: one server, or three as a Redis Cluster.

use std::process::Command;

use super::Folder;
use super::attached::{Attached, Signal, free_port, wait_until};

/// A Redis server that keeps nothing on disk.
#[derive(Debug)]
pub(crate) struct Redis {
    // The folder is dropped after the server that works in it.
    server: Option<(Attached, Folder)>,
    port: u16,
    options: Vec<String>,
}

impl Redis {
    /// Starts a server of the test's own.
    pub(crate) fn start() -> Self {
        Self::start_with(Vec::new())
    }

    fn start_with(options: Vec<String>) -> Self {
        let installed = Command::new("redis-server").arg("--version").output().is_ok();
        assert!(installed, "Redis is not installed: run `make test`, which installs it");
        let mut redis = Self { server: None, port: free_port(), options };
        redis.launch();
        redis
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Forgets everything.
    pub(crate) fn forgets(&self) {
        assert!(self.does(&["FLUSHALL"]).contains("OK"));
    }

    /// Ends.
    pub(crate) fn stops(&mut self) {
        self.server = None;
    }

    /// Ends and begins anew at the same address, with nothing in its memory.
    pub(crate) fn restarts(&mut self) {
        self.stops();
        self.launch();
    }

    fn launch(&mut self) {
        let folder = Folder::new();
        let (port, path) = (self.port.to_string(), folder.path().display().to_string());
        let fixed =
            ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", &path];
        let options = self.options.iter().map(String::as_str);
        let program: Vec<&str> = ["redis-server"].into_iter().chain(fixed).chain(options).collect();
        let server = Attached::start(folder.path(), self.port, Signal::Terminate, &program);
        self.server = Some((server, folder));
    }

    fn does(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(command).output();
        String::from_utf8_lossy(&output.expect("redis-cli is installed with Redis").stdout).into_owned()
    }
}

/// Three servers that share the keys.
#[derive(Debug)]
pub(crate) struct RedisCluster {
    servers: Vec<Redis>,
}

impl RedisCluster {
    /// Starts them and waits until they agree.
    pub(crate) fn start() -> Self {
        let servers: Vec<Redis> = (0..3).map(|_| Redis::start_with(cluster_options())).collect();
        let addresses: Vec<String> =
            servers.iter().map(|server| format!("127.0.0.1:{}", server.port)).collect();
        let mut create = Command::new("redis-cli");
        create.args(["--cluster", "create"]).args(&addresses).arg("--cluster-yes");
        let created = create.output().expect("redis-cli is installed with Redis");
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stdout));
        let agree = |server: &Redis| server.does(&["CLUSTER", "INFO"]).contains("cluster_state:ok");
        assert!(wait_until(|| servers.iter().all(agree)), "the servers never agreed");
        Self { servers }
    }

    /// The address of the first of them.
    pub(crate) fn url(&self) -> String {
        self.servers[0].url()
    }
}

fn cluster_options() -> Vec<String> {
    let options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-port"];
    options.into_iter().map(str::to_owned).chain([free_port().to_string()]).collect()
}
