//! The Autobahn test suite's cases, against an echo behind the framing code of the visitor socket.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::patience::until;
use crate::support::program::{Program, mortal, script, server};
use crate::support::server::{Log, loopback_address};

#[tokio::test]
async fn framing_masking_and_control_frames_are_read_as_the_standard_says() {
    passes(&["1.*", "2.*", "3.*", "4.*", "5.*"]).await;
}

#[tokio::test]
async fn text_is_checked_to_be_utf_8() {
    passes(&["6.*"]).await;
}

#[tokio::test]
async fn closing_large_and_fragmented_messages_are_handled_as_the_standard_says() {
    passes(&["7.*", "9.*", "10.*"]).await;
}

async fn passes(cases: &[&str]) {
    let Some(python) = Program::Python.find() else { return };
    let echo = Echo::start().await;
    let mut command = mortal(&python);
    command.arg(script("autobahn.py")).arg(format!("ws://{}", echo.address)).args(cases);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["ran"].as_u64().unwrap() > 0, "{told}");
    assert_eq!(told["failed"], serde_json::json!([]));
}

/// The echo server, as a process of its own.
struct Echo {
    process: Child,
    address: String,
}

impl Echo {
    async fn start() -> Self {
        let mut command: Command = mortal(&server());
        command.args(["socket-echo", "--bind", "127.0.0.1:0"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let log = Log::default();
        log.follow(process.stderr.take().unwrap());
        let address = until("the echo's address", async || {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "the echo ended: {}", log.read());
            log.read().lines().find_map(loopback_address)
        });
        let address = address.await;
        Self { process, address }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
