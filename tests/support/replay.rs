//! What `aihio replay` says of the conversations that a server has recorded.

use std::process::Output;

use super::patience::until;
use super::server::{Plan, Server};

/// Has conversations recorded.
pub fn recording(plan: Plan) -> Plan {
    plan.with("AIHIO__RECORDING__ENABLED", "true")
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs `aihio replay` with the server's settings.
pub async fn replay(server: &Server, arguments: &[&str]) -> Said {
    let arguments: Vec<&str> = std::iter::once("replay").chain(arguments.iter().copied()).collect();
    server.runs(&arguments).await.into()
}

/// Replays a conversation again and again until its recording holds a line with that text, since recordings are written
/// a moment after what they record.
pub async fn replay_holding(server: &Server, session: &str, text: &str) -> Said {
    until("the recording to be written", async || {
        let said = replay(server, &[session, "--json"]).await;
        said.stdout.contains(text).then_some(said)
    })
    .await
}

/// Replays every conversation that the server has recorded, fails unless each is byte-equal and whole, and says how many
/// there were.
pub async fn replay_every_conversation(server: &Server) -> usize {
    let said = replay(server, &["--all"]).await;
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    said.stdout.lines().filter(|line| line.contains("  byte-equal: ")).count()
}
