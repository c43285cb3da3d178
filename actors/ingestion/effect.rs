//! How a job touches the world: it fetches, extracts, splits and stores.

mod page;
mod site;

pub(super) use site::Crawl;

use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{ActorContext, ActorFutureExt, AsyncContext, Context};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::handle::SourceRead;
use super::state::{Effect, Input, StepFailure, Text};
use super::{IngestionJob, snapshot};
use crate::chatbot::knowledge::{qa_text, split};
use crate::kernel::{ExitReason, report};
use crate::model::{
    Chunk, ChunkId, ContentHash, Document, DocumentId, FileHash, Job, JobError, JobKind, Timestamp,
    Validators,
};
use crate::ports::{
    BlobKey, CrawlRefusal, ExtractError, Fault, Fetched, PortError, Ports, Raw, Reading, Replaced,
};

/// What a site answers that was asked whether a page has changed; an answer to nobody who was not.
const NOT_MODIFIED: u16 = 304;
/// The longest title, in characters.
const TITLE_CHARS_MAX: usize = 200;
/// How long a job waits until its chatbot has followed.
const FOLLOWED_WITHIN: Duration = Duration::from_secs(10);

impl IngestionJob {
    pub(super) fn recall(&self, ctx: &mut Context<Self>) {
        let (snapshots, key) =
            (Arc::clone(&self.context.ports.snapshots), snapshot::key(self.machine.job().job_id));
        let load = async move { snapshots.load(key).await };
        ctx.spawn(load.into_actor(self).map(|loaded, job, ctx| {
            let text = loaded.ok().flatten().as_ref().and_then(snapshot::decode);
            job.apply(Input::Begun(text), ctx);
        }));
    }

    /// Has found what is there to be found, writes down what is to be written down, in order, and then does the rest.
    /// Nothing else happens to the job meanwhile.
    pub(super) fn enact(&self, effects: Vec<Effect>, ctx: &mut Context<Self>) {
        let (writes, rest): (Vec<_>, Vec<_>) = effects
            .into_iter()
            .partition(|effect| matches!(effect, Effect::Save | Effect::Remember(_) | Effect::Forget));
        let news = rest.contains(&Effect::Announce).then(|| self.publish());
        let (ports, job) = (self.context.ports.clone(), self.machine.job().clone());
        let watch = self.context.watch.clone();
        let write = async move {
            if let Some(found) = news {
                // Whoever hears that a source is read may ask about it at once. A chatbot that can't follow now must not
                // hold the job up: it follows later.
                let _ = tokio::time::timeout(FOLLOWED_WITHIN, found).await;
            }
            for effect in writes {
                if let Err(error) = write_down(&ports, &job, effect).await {
                    tracing::warn!(job.id = %job.job_id, error = ?error, "how far a job is could not be written down");
                }
            }
            // Whoever hears that a job has ended may ask the store about it at once.
            watch.send_replace(Some(job));
        };
        // actix polls the newest of several waits first: what has an order is one wait.
        ctx.wait(
            write
                .into_actor(self)
                .map(|(), job, ctx| rest.into_iter().for_each(|effect| job.go_on(effect, ctx))),
        );
    }

    /// Tells that there is something new to find; what comes back ends when it is found. Seldom, a job: bounded by
    /// construction.
    fn publish(&self) -> oneshot::Receiver<()> {
        let (found, follows) = oneshot::channel();
        report(&self.context.published, SourceRead { chatbot_id: self.machine.job().chatbot_id, found });
        follows
    }

    fn go_on(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::Save | Effect::Remember(_) | Effect::Forget | Effect::Announce | Effect::Tell => {}
            Effect::Read(kind) => self.read(kind, ctx),
            Effect::Index(text) => self.index(text, ctx),
            Effect::Embed => self.embed(ctx),
            Effect::RetryAfter(delay) => {
                ctx.run_later(delay, |job, ctx| job.apply(Input::Again, ctx));
            }
            Effect::End => {
                self.life.ends(ExitReason::Finished);
                ctx.stop();
            }
        }
    }

    fn read(&self, kind: JobKind, ctx: &mut Context<Self>) {
        match kind {
            JobKind::Text { title, text } => self.have(Text { title, url: None, text }, ctx),
            JobKind::Qa { question, answer } => {
                let text = qa_text(&question, &answer);
                self.have(Text { title: question, url: None, text }, ctx);
            }
            JobKind::File { blob_key, filename, content_type, sha256 } => {
                let ports = self.context.ports.clone();
                let fetch = async move {
                    let bytes = ports.blobs.get(&BlobKey(blob_key)).await.map_err(fetch_failure)?;
                    let bytes = bytes.ok_or_else(upload_missing)?;
                    check_hash(&bytes, sha256).await?;
                    Ok((Raw { bytes, filename, content_type }, None))
                };
                self.fetch(fetch, ctx);
            }
            JobKind::Url { url } => {
                let ports = self.context.ports.clone();
                let fetch = async move {
                    let fetched = ports.crawler.fetch(&url, &Validators::default()).await;
                    match fetched.map_err(|refusal| crawl_failure(&refusal))? {
                        Fetched::Page(page) => Ok((page.raw, Some(page.url))),
                        Fetched::Unchanged => Err(crawl_failure(&CrawlRefusal::Status(NOT_MODIFIED))),
                    }
                };
                self.fetch(fetch, ctx);
            }
            JobKind::Site { .. } | JobKind::Sitemap { .. } => self.read_site(&kind, ctx),
        }
    }

    fn have(&self, text: Text, ctx: &mut Context<Self>) {
        let input = if text.text.trim().is_empty() {
            Input::Failed(extract_failure(&ExtractError::Empty))
        } else {
            Input::Extracted(text)
        };
        ctx.spawn(actix::fut::ready(input).map(|input, job: &mut Self, ctx| job.apply(input, ctx)));
    }

    fn fetch(
        &self,
        fetch: impl Future<Output = Result<(Raw, Option<String>), StepFailure>> + 'static,
        ctx: &mut Context<Self>,
    ) {
        ctx.spawn(fetch.into_actor(self).map(|fetched, job, ctx| match fetched {
            Ok((raw, url)) => {
                job.apply(Input::Fetched, ctx);
                job.extract(raw, url, ctx);
            }
            Err(failure) => job.apply(Input::Failed(failure), ctx),
        }));
    }

    fn extract(&self, raw: Raw, url: Option<String>, ctx: &mut Context<Self>) {
        let extractor = Arc::clone(&self.context.ports.extractor);
        let filename = raw.filename.clone();
        let extract = async move { extractor.extract(raw).await };
        ctx.spawn(extract.into_actor(self).map(|extracted, job, ctx| {
            let input = match extracted {
                Ok(extracted) => {
                    let title = extracted.title.or_else(|| url.clone()).unwrap_or(filename);
                    Input::Extracted(Text { title, url, text: extracted.text })
                }
                Err(error) => Input::Failed(extract_failure(&error)),
            };
            job.apply(input, ctx);
        }));
    }

    fn index(&self, text: Text, ctx: &mut Context<Self>) {
        let (job, now) = (self.machine.job().clone(), self.context.ports.clock.now());
        let cut = tokio::task::spawn_blocking(move || {
            reading(&job, DocumentId::from_uuid(job.job_id.as_uuid()), text, now)
        });
        ctx.spawn(cut.into_actor(self).map(|cut, job, ctx| match cut {
            Ok(reading) => {
                job.apply(Input::Split(reading.chunks.len()), ctx);
                job.store(reading, ctx);
            }
            Err(panic) => job.apply(Input::Failed(for_now(PortError::transient("splitting", panic))), ctx),
        }));
    }

    fn store(&self, reading: Reading, ctx: &mut Context<Self>) {
        let ports = self.context.ports.clone();
        let replace = async move { replace_if_changed(&ports, reading).await };
        let store = at_the_store("knowledge", replace);
        ctx.spawn(store.into_actor(self).map(|stored, job, ctx| {
            let input = match stored {
                Ok(Replaced::Done) => Input::Indexed,
                Ok(Replaced::NoRoom { limit, kept }) => Input::Failed(no_room(limit, kept)),
                Err(error) => Input::Failed(for_now(error)),
            };
            job.apply(input, ctx);
        }));
    }
}

/// Holds a file's bytes against what their uploader said of them.
async fn check_hash(bytes: &Bytes, said: Option<FileHash>) -> Result<(), StepFailure> {
    let Some(said) = said else { return Ok(()) };
    let bytes = bytes.clone();
    let found = tokio::task::spawn_blocking(move || FileHash::of(&bytes)).await;
    let found = found.map_err(|panic| for_now(PortError::transient("hashing", panic)))?;
    if found == said { Ok(()) } else { Err(upload_changed()) }
}

/// Does something at the store to its end, whatever becomes of the job meanwhile. A job that waits for one write looks
/// after nothing else, and a transaction that nobody looks after would hold the connection that the write waits for.
async fn at_the_store<T: 'static>(
    port: &'static str,
    work: impl Future<Output = Result<T, PortError>> + 'static,
) -> Result<T, PortError> {
    match actix_rt::spawn(work).await {
        Ok(done) => done,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(ended) => Err(PortError::transient(port, ended)),
    }
}

async fn write_down(ports: &Ports, job: &Job, effect: Effect) -> Result<(), PortError> {
    let key = snapshot::key(job.job_id);
    match effect {
        Effect::Save => ports.jobs.save(job).await,
        Effect::Remember(text) => {
            let snapshot =
                snapshot::encode(&text).map_err(|error| PortError::permanent("snapshots", error))?;
            ports.snapshots.save(key, snapshot).await
        }
        Effect::Forget => ports.snapshots.forget(key).await,
        _ => Ok(()),
    }
}

async fn replace_if_changed(ports: &Ports, reading: Reading) -> Result<Replaced, PortError> {
    let known = ports.knowledge.content_hash(reading.document.source_id).await?;
    if known == Some(reading.document.content_hash) {
        return Ok(Replaced::Done);
    }
    ports.knowledge.replace(reading).await
}

/// A document and its passages, with ids that follow from the document's: storing them twice is storing them once.
fn reading(job: &Job, document_id: DocumentId, text: Text, now: Timestamp) -> Reading {
    let title: Arc<str> = text.title.trim().chars().take(TITLE_CHARS_MAX).collect::<String>().into();
    let url: Option<Arc<str>> = text.url.map(Into::into);
    let chunks = (1_u32..)
        .zip(split(&text.text))
        .filter_map(|(n, span)| {
            Some(Chunk {
                chunk_id: ChunkId::from_uuid(nth_id(document_id.as_uuid(), n)),
                source_id: job.source_id,
                document_id,
                title: Arc::clone(&title),
                url: url.clone(),
                text: text.text.get(span.clone())?.into(),
                span,
            })
        })
        .collect();
    let document = Document {
        document_id,
        source_id: job.source_id,
        chatbot_id: job.chatbot_id,
        account_id: job.account_id,
        title,
        url,
        content_hash: ContentHash(Sha256::digest(text.text.as_bytes()).into()),
        text: text.text.into(),
        created_at: now,
    };
    Reading { document, chunks }
}

/// An id with its random tail changed by `n`.
fn nth_id(id: Uuid, n: u32) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ u128::from(n))
}

fn for_now(error: PortError) -> StepFailure {
    tracing::warn!(error = ?error, "a step of a job failed");
    StepFailure::ForNow(JobError {
        code: "unavailable".into(),
        message: "The store can't be reached now. The source is read as soon as it can be.".into(),
    })
}

/// What will not pass is the file's own fault: there is more of it than may be.
fn fetch_failure(error: PortError) -> StepFailure {
    match error.fault {
        Fault::Transient => for_now(error),
        Fault::Permanent => StepFailure::ForGood(JobError {
            code: "document_too_large".into(),
            message: "The uploaded file is larger than was announced. Announce it with its real size.".into(),
        }),
    }
}

fn no_room(limit: u64, kept: u64) -> StepFailure {
    let message = format!(
        "The account's plan allows {limit} bytes of text, and its sources have {kept} of them without this one. Choose a \
         larger plan or remove some."
    );
    StepFailure::ForGood(JobError { code: "quota_exceeded".into(), message })
}

fn upload_changed() -> StepFailure {
    StepFailure::ForGood(JobError {
        code: "upload_changed".into(),
        message: "The uploaded file is not the one that was announced: its SHA-256 differs. Upload it again."
            .into(),
    })
}

fn upload_missing() -> StepFailure {
    StepFailure::ForGood(JobError {
        code: "upload_missing".into(),
        message: "The uploaded file is not there. Upload it again.".into(),
    })
}

fn extract_failure(error: &ExtractError) -> StepFailure {
    StepFailure::ForGood(JobError { code: error.code().into(), message: error.to_string() })
}

fn crawl_failure(refusal: &CrawlRefusal) -> StepFailure {
    let error = JobError { code: refusal.code().into(), message: refusal.to_string() };
    if refusal.is_temporary() { StepFailure::ForNow(error) } else { StepFailure::ForGood(error) }
}
