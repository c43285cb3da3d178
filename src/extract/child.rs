//! The server's side of a worker process: starts it walled in, feeds it, and kills it at the deadline.

use std::error::Error;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use aihio_actors::ports::{ExtractError, Raw, WebPage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::limits::ExtractLimits;
use super::wire::{Form, parse_reply, task_line};
use super::worker::WORKER_COMMAND;

/// Sets resource limits on a program before it runs (util-linux); the kernel then enforces them.
const LIMITER: &str = "/usr/bin/prlimit";
/// JSON may double a text's bytes and adds a title.
const REPLY_OVERHEAD_BYTES: usize = 64 << 10;
/// The signal of a used-up `RLIMIT_CPU` on Linux.
const SIGXCPU: i32 = 24;

/// An executable that is a worker under [`WORKER_COMMAND`].
#[derive(Debug, Clone)]
pub(super) struct WorkerProgram {
    program: PathBuf,
    limiter: Option<&'static Path>,
}

impl WorkerProgram {
    pub(super) fn new(program: PathBuf) -> Self {
        let limiter = Path::new(LIMITER);
        Self { program, limiter: limiter.exists().then_some(limiter) }
    }

    /// Reads one document in a process of its own.
    ///
    /// # Errors
    /// What the worker says of the document, or that it needed too much time or memory.
    pub(super) async fn read(
        &self,
        form: Form,
        raw: &Raw,
        limits: &ExtractLimits,
    ) -> Result<WebPage, ExtractError> {
        // At the deadline the conversation is dropped, and the process killed with it.
        timeout(limits.deadline, self.converse(form, raw, limits)).await.unwrap_or_else(|_| Err(too_slow()))
    }

    async fn converse(&self, form: Form, raw: &Raw, limits: &ExtractLimits) -> Result<WebPage, ExtractError> {
        let task = task_line(form, raw, limits).map_err(no_worker)?;
        let mut child = self.command(limits, raw.bytes.len()).spawn().map_err(no_worker)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        // Both ways at once, as either pipe may fill up. A worker that ends early shows in its reply.
        let (reply, _) = tokio::join!(
            read_bounded(output, limits.text_bytes_max * 2 + REPLY_OVERHEAD_BYTES),
            feed(input, &task, &raw.bytes),
        );
        match reply.map_err(no_worker)? {
            Reply::Whole(reply) => {
                let status = child.wait().await.map_err(no_worker)?;
                parse_reply(&reply).unwrap_or_else(|| Err(broken(status)))
            }
            Reply::TooLong => Err(ExtractError::TooLarge("it has too much text".into())),
        }
    }

    fn command(&self, limits: &ExtractLimits, document_bytes: usize) -> Command {
        let mut command = match self.limiter {
            Some(limiter) => {
                let mut command = Command::new(limiter);
                let seconds = limits.deadline.as_secs() + 1;
                command
                    .arg(format!("--data={}", limits.memory_bytes_max + document_bytes as u64))
                    // The soft limit ends with a signal of its own, the hard one would look like a lack of memory.
                    .arg(format!("--cpu={seconds}:{}", seconds + 1))
                    .args(["--core=0", "--fsize=0", "--nofile=32", "--"])
                    .arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command
            .arg(WORKER_COMMAND)
            // The environment holds the server's secrets.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// What came from a worker.
enum Reply {
    Whole(Vec<u8>),
    TooLong,
}

async fn feed(input: Option<ChildStdin>, task: &[u8], document: &[u8]) -> io::Result<()> {
    let mut input = input.ok_or(io::ErrorKind::BrokenPipe)?;
    input.write_all(task).await?;
    input.write_all(document).await?;
    input.shutdown().await
}

async fn read_bounded(output: Option<ChildStdout>, bytes_max: usize) -> io::Result<Reply> {
    let output = output.ok_or(io::ErrorKind::BrokenPipe)?;
    let mut reply = Vec::new();
    output.take(bytes_max as u64 + 1).read_to_end(&mut reply).await?;
    Ok(if reply.len() > bytes_max { Reply::TooLong } else { Reply::Whole(reply) })
}

/// The time ran out.
pub(super) fn too_slow() -> ExtractError {
    ExtractError::TooLarge("it takes too long to read".into())
}

/// The worker ended without a reply: a signal means that it ran into a wall.
fn broken(status: ExitStatus) -> ExtractError {
    match status.signal() {
        Some(SIGXCPU) => too_slow(),
        Some(_) => ExtractError::TooLarge("it takes too much memory to read".into()),
        None => ExtractError::Malformed("its inner structure is damaged".into()),
    }
}

/// The machine gave no process, which is no fault of the document.
fn no_worker(fault: impl Error + 'static) -> ExtractError {
    tracing::error!(error = &fault as &dyn Error, "no process could be had to read a document");
    ExtractError::TooLarge("there is no room to read it now".into())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::*;

    /// A worker that is a shell script, in a folder that goes with it.
    struct ScriptedWorker {
        folder: PathBuf,
        worker: WorkerProgram,
    }

    impl ScriptedWorker {
        fn new(script: &str) -> Self {
            let name = format!("aihio-worker-{}", uuid::Uuid::from_u128(rand::random()));
            let folder = std::env::temp_dir().join(name);
            fs::create_dir(&folder).unwrap();
            let program = folder.join("worker");
            fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
            Self { folder, worker: WorkerProgram::new(program) }
        }

        async fn read(&self, limits: &ExtractLimits) -> Result<WebPage, ExtractError> {
            let raw = Raw {
                bytes: vec![b'x'; 1 << 20].into(),
                filename: "a.txt".into(),
                content_type: "text/plain".into(),
            };
            self.worker.read(Form::Document, &raw, limits).await
        }
    }

    impl Drop for ScriptedWorker {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.folder).unwrap();
        }
    }

    #[tokio::test]
    async fn a_reply_is_taken() {
        let worker = ScriptedWorker::new(r#"wc -c | sed 's/.*/{"text":{"title":"'$1'","text":"&"}}/'"#);
        let read = worker.read(&ExtractLimits::default()).await.unwrap();
        assert_eq!(read.title.as_deref(), Some(WORKER_COMMAND));
        assert!(read.text.trim().parse::<usize>().unwrap() > 1 << 20, "the task's line and all bytes arrive");
    }

    #[tokio::test]
    async fn a_worker_is_killed_at_the_deadline() {
        let worker = ScriptedWorker::new("exec sleep 600");
        let limits = ExtractLimits { deadline: Duration::from_millis(200), ..ExtractLimits::default() };
        assert_eq!(worker.read(&limits).await, Err(too_slow()));
    }

    #[tokio::test]
    async fn a_worker_that_dies_says_why() {
        let killed = ScriptedWorker::new("kill -9 $$").read(&ExtractLimits::default()).await;
        assert!(matches!(killed, Err(ExtractError::TooLarge(_))), "{killed:?}");
        let failed = ScriptedWorker::new("exit 1").read(&ExtractLimits::default()).await;
        assert!(matches!(failed, Err(ExtractError::Malformed(_))), "{failed:?}");
    }

    #[tokio::test]
    async fn a_flood_is_cut_off() {
        let limits = ExtractLimits { text_bytes_max: 1 << 10, ..ExtractLimits::default() };
        let flooded = ScriptedWorker::new("exec yes").read(&limits).await;
        assert!(matches!(flooded, Err(ExtractError::TooLarge(_))), "{flooded:?}");
    }

    #[tokio::test]
    async fn secrets_stay_outside() {
        let worker =
            ScriptedWorker::new(r#"printf '{"text":{"title":null,"text":"[%s%s]"}}' "$HOME" "$CARGO""#);
        assert_eq!(worker.read(&ExtractLimits::default()).await.unwrap().text, "[]");
    }
}
