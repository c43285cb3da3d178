//! `aihio ingest`: a file or a web page becomes a source, and its job is watched to the end.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use aihio_actors::model::{ChatbotId, JobError, JobId, JobStage, JobState, SourceId};
use clap::Args;
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::failure::Failure;
use super::remote::{Remote, RemoteArguments};
use super::terminal;

/// How finely the bar moves.
const BAR_STEPS: f32 = 1_000.0;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  aihio ingest my-bot handbook.pdf --key aihio_sk_…
  AIHIO_API_KEY=aihio_sk_… aihio ingest my-bot https://example.com/faq")]
pub(super) struct IngestArguments {
    /// The chatbot, by slug or id
    bot: String,
    /// A file (PDF, HTML, Markdown or plain text), or the address of a web page
    source: String,
    #[command(flatten)]
    remote: RemoteArguments,
}

#[derive(Deserialize)]
struct Upload {
    upload_id: String,
    url: String,
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Accepted {
    id: SourceId,
    job_id: JobId,
}

#[derive(Debug, Deserialize)]
struct Job {
    state: JobState,
    #[serde(default)]
    stage: Option<JobStage>,
    #[serde(default)]
    progress: f32,
    #[serde(default)]
    error: Option<JobError>,
}

pub(super) async fn run(arguments: IngestArguments) -> Result<ExitCode, Failure> {
    let remote = Remote::new(arguments.remote)?;
    let chatbot = remote.chatbot(&arguments.bot).await?;
    let source = if is_address(&arguments.source) {
        json!({"kind": "url", "url": arguments.source})
    } else {
        let upload_id = upload(&remote, chatbot, Path::new(&arguments.source)).await?;
        json!({"kind": "file", "upload_id": upload_id})
    };
    let request = remote.request(Method::POST, &format!("/v1/chatbots/{chatbot}/sources"))?;
    let accepted: Accepted = remote.json(once(request).json(&source)).await?;
    let job = watch(&remote, accepted.job_id).await?;
    conclude(job, &arguments.source, accepted.id)
}

fn is_address(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// A request that may be repeated without being done twice.
fn once(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    let key = Uuid::new_v4();
    request.header("Idempotency-Key", key.to_string())
}

async fn upload(remote: &Remote, chatbot: ChatbotId, file: &Path) -> Result<String, Failure> {
    let bytes = tokio::fs::read(file).await.map_err(|error| {
        Failure::new("the file can't be read").because(&error).at(file.display()).cure("Check the path.")
    })?;
    let filename = file.file_name().map_or_else(|| "file".into(), |name| name.to_string_lossy());
    let wanted = json!({"filename": filename, "content_type": content_type(file), "size": bytes.len()});
    let request = remote.request(Method::POST, &format!("/v1/chatbots/{chatbot}/uploads"))?;
    let upload: Upload = remote.json(once(request).json(&wanted)).await?;

    let method = Method::from_bytes(upload.method.as_bytes())
        .map_err(|error| Failure::new("the server names no valid way to upload").because(&error))?;
    let put = remote.foreign(method, remote.address(&upload.url)?);
    let put = upload.headers.iter().fold(put, |put, (name, value)| put.header(name, value));
    remote.send(put.body(bytes)).await?;
    Ok(upload.upload_id)
}

fn content_type(file: &Path) -> &'static str {
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("pdf") => "application/pdf",
        Some("html" | "htm" | "xhtml") => "text/html",
        Some("md" | "markdown" | "mdx") => "text/markdown",
        Some("txt" | "text") => "text/plain",
        _ => "application/octet-stream",
    }
}

/// Shows the job's progress until it has ended.
async fn watch(remote: &Remote, job: JobId) -> Result<Job, Failure> {
    let bar = ProgressBar::new(BAR_STEPS as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {bar:32} {percent:>3}%  {elapsed}") {
        bar.set_style(style);
    }
    loop {
        if let Some(ended) = follow(remote, job, &bar).await? {
            bar.finish_and_clear();
            return Ok(ended);
        }
        // The stream was cut, by a proxy or a restart: begin again where the job is now.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn follow(remote: &Remote, job: JobId, bar: &ProgressBar) -> Result<Option<Job>, Failure> {
    let request = remote.request(Method::GET, &format!("/v1/jobs/{job}/events"))?;
    let mut events = remote.send(request).await?.bytes_stream().eventsource();
    while let Some(Ok(event)) = events.next().await {
        let Ok(job) = serde_json::from_str::<Job>(&event.data) else { continue };
        bar.set_position((job.progress * BAR_STEPS) as u64);
        bar.set_message(label(&job));
        if job.state.is_final() {
            return Ok(Some(job));
        }
    }
    let request = remote.request(Method::GET, &format!("/v1/jobs/{job}"))?;
    Ok(Some(remote.json::<Job>(request).await?).filter(|job| job.state.is_final()))
}

const fn label(job: &Job) -> &'static str {
    match (job.state, job.stage) {
        (JobState::Queued, _) => "waiting",
        (JobState::Paused, _) => "paused",
        (_, Some(JobStage::Fetching)) => "fetching",
        (_, Some(JobStage::Extracting)) => "extracting",
        (_, Some(JobStage::Splitting)) => "splitting",
        (_, Some(JobStage::Indexing)) => "indexing",
        (_, None) => "working",
    }
}

fn conclude(job: Job, source: &str, id: SourceId) -> Result<ExitCode, Failure> {
    match job.state {
        JobState::Succeeded => {
            terminal::say(&format!("{source} is read (source {id}); the chatbot answers from it now."));
            Ok(ExitCode::SUCCESS)
        }
        JobState::Cancelled => Err(Failure::new(format!("{source}: the job was cancelled"))),
        _ => {
            let said = job.error.map_or_else(|| "the job failed".to_owned(), |error| error.message);
            Err(Failure::new(terminal::printable(&said)).at(source))
        }
    }
}
