//! `aihio ingest`: a file or a web page becomes a source, and its job is watched to the end.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::failure::Failure;
use super::remote::{Remote, RemoteArguments};
use super::terminal;
use super::unique::unique;
use aihio_actors::model::{ChatbotId, JobError, JobId, JobStage, JobState, SourceId};
use clap::Args;
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

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
    request.header("Idempotency-Key", unique().to_string())
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
        (_, Some(JobStage::Embedding)) => "embedding",
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

    use uuid::Uuid;

    use super::*;

    const ID: &str = "0190aaaa-0000-7000-8000-000000000001";

    type Seen = web::Data<Mutex<Vec<String>>>;

    /// Answers as the public interface does, and notes what it was asked.
    async fn answer(request: HttpRequest, body: String, seen: Seen) -> HttpResponse {
        seen.lock().unwrap().push(format!("{} {} {body}", request.method(), request.path()));
        let job = |state: &str| json!({"id": ID, "state": state, "stage": "indexing", "progress": 0.5, "error": null});
        match request.path().rsplit('/').next() {
            Some("chatbots") => {
                HttpResponse::Ok().json(json!({"items": [{"id": ID, "slug": "my-bot"}], "next_cursor": null}))
            }
            Some("uploads") => HttpResponse::Created()
                .json(json!({"upload_id": "u1", "url": "/put/here", "method": "PUT",
                "headers": {"Content-Type": "text/plain"}, "expires_at": "2026-01-01T00:00:00Z"})),
            Some("sources") => HttpResponse::Accepted().json(json!({"id": ID, "job_id": ID})),
            Some("events") => HttpResponse::Ok().content_type("text/event-stream").body(format!(
                "data: {}\n\ndata: {}\n\n",
                job("running"),
                job("succeeded")
            )),
            _ => HttpResponse::NoContent().finish(),
        }
    }

    #[actix_web::test]
    async fn a_file_is_uploaded_made_a_source_and_watched_to_its_end() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let seen = Seen::new(Mutex::new(Vec::new()));
        let noted = seen.clone();
        let routes = move || App::new().app_data(noted.clone()).default_service(web::to(answer));
        let server = HttpServer::new(routes).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);

        let file = std::env::temp_dir().join(format!("aihio-{}.txt", unique()));
        std::fs::write(&file, "Tea is at four.").unwrap();
        let remote = RemoteArguments::to(&format!("http://{address}"));
        let source = file.display().to_string();
        run(IngestArguments { bot: "my-bot".into(), source, remote }).await.unwrap();
        std::fs::remove_file(&file).unwrap();
        handle.stop(false).await;

        let seen = seen.lock().unwrap();
        let asked =
            |start: &str, part: &str| seen.iter().any(|line| line.starts_with(start) && line.contains(part));
        assert!(asked(&format!("POST /v1/chatbots/{ID}/uploads"), "\"size\":15"), "{seen:?}");
        assert!(asked("PUT /put/here", "Tea is at four."), "{seen:?}");
        assert!(asked(&format!("POST /v1/chatbots/{ID}/sources"), "\"upload_id\":\"u1\""), "{seen:?}");
    }

    #[test]
    fn a_failed_job_is_a_failed_command_with_its_own_words() {
        let error = JobError { code: "empty_document".into(), message: "The document has no text.".into() };
        let job = Job { state: JobState::Failed, stage: None, progress: 0.0, error: Some(error) };
        let failure = conclude(job, "a.pdf", SourceId::from_uuid(Uuid::nil())).unwrap_err();
        assert!(failure.to_string().contains("The document has no text."));
    }

    #[test]
    fn what_a_file_claims_to_be_follows_from_its_name() {
        assert_eq!(content_type(Path::new("A.PDF")), "application/pdf");
        assert_eq!(content_type(Path::new("notes")), "application/octet-stream");
    }
}
