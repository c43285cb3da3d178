//! `POST /v1/chatbots/{chatbot_id}/sources`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{Job, JobId, JobKind, Run, SourceId, Timestamp, UploadId};

use super::request::NewSource;
use super::site::{Follows, Resync, Wishes};
use super::view::Source;
use crate::error::{ApiError, Problem};
use crate::http::json::Json;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::plan::{period, room_for_one_more, room_for_text};
use crate::http::service::Service;
use crate::store::NewSource as Stored;

/// Characters of a question that become its source's title.
const TITLE_CHARS_MAX: usize = 200;

/// Add a source
///
/// It is read in the background: follow its `job_id`.
#[utoipa::path(tag = "knowledge", responses(
    (status = 202, description = "Added; being read.", body = Source),
    (status = 402, description = "The plan allows no more sources, or no more text.", body = Problem),
))]
#[post("/v1/chatbots/{chatbot_id}/sources")]
pub(crate) async fn create_source(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: Json<NewSource>,
) -> Result<HttpResponse, ApiError> {
    body.check()?;
    let (chatbot_id, tenant) = (owned.id(), &owned.member.tenant);
    let account_id = owned.member.caller.account_id;
    let plan = period(&service, account_id).await?.plan;
    if plan.sources.is_some() {
        room_for_one_more("sources of one chatbot", tenant.count_sources(chatbot_id).await?, plan.sources)?;
    }
    let known = match &body.0 {
        NewSource::Text { text, .. } => text.len(),
        NewSource::Qa { question, answer } => question.len() + answer.len(),
        // How much text there is in it shows when it is read.
        _ => 1,
    };
    room_for_text(&service, account_id, (plan.stored_bytes, known as u64)).await?;
    let resync = body.resync().and_then(Resync::every);
    let Reading { title, kind } = reading_of(&service, &owned, body.0).await?;
    let at = service.clock.now();
    let source_id = SourceId::from_uuid(service.dice.id(at));
    let job = queued(&service, Run { account_id, chatbot_id, source_id, kind: kind.clone() });
    tenant.create_source(Stored { source_id, chatbot_id, title, kind, resync, at }, &job).await?;
    service.engine.wake_jobs();
    let source = tenant.source(source_id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Accepted().json(Source::from(source)))
}

struct Reading {
    title: String,
    kind: JobKind,
}

async fn reading_of(
    service: &Service,
    owned: &OwnedChatbot<Write>,
    source: NewSource,
) -> Result<Reading, ApiError> {
    let pages_max = service.options.site_pages_max;
    Ok(match source {
        NewSource::File { upload_id } => return uploaded(service, owned, upload_id).await,
        NewSource::Text { title, text } => {
            let title = title.trim().to_owned();
            Reading { title: title.clone(), kind: JobKind::Text { title, text } }
        }
        NewSource::Qa { question, answer } => {
            let question = question.trim().to_owned();
            let title = question.chars().take(TITLE_CHARS_MAX).collect();
            Reading { title, kind: JobKind::Qa { question, answer } }
        }
        NewSource::Url { url, .. } => Reading { title: url.clone(), kind: JobKind::Url { url } },
        NewSource::Site { url, max_pages, depth, include, exclude, .. } => {
            let rules = Wishes { max_pages, depth, include, exclude }.rules(pages_max, Follows::Links);
            Reading { title: url.clone(), kind: JobKind::Site { url, rules } }
        }
        NewSource::Sitemap { url, max_pages, include, exclude, .. } => {
            let wishes = Wishes { max_pages, depth: None, include, exclude };
            let rules = wishes.rules(pages_max, Follows::SitemapAlone);
            Reading { title: url.clone(), kind: JobKind::Sitemap { url, rules } }
        }
    })
}

/// The file that was uploaded for this chatbot, if it has arrived.
async fn uploaded(
    service: &Service,
    owned: &OwnedChatbot<Write>,
    upload_id: UploadId,
) -> Result<Reading, ApiError> {
    let upload = owned.member.tenant.upload(upload_id).await?;
    let Some(upload) = upload.filter(|upload| upload.chatbot_id == owned.id()) else {
        return Err(ApiError::invalid_field("upload_id", "This chatbot has no such upload."));
    };
    match service.blobs.size(&upload.blob_key).await? {
        Some(size) if size == upload.size => {}
        Some(size) => {
            let message =
                format!("{size} bytes have arrived, but {} were announced. Upload it again.", upload.size);
            return Err(ApiError::invalid_field("upload_id", message));
        }
        None => {
            let message = "The file has not arrived. Send it to the `url` that announcing it gave.";
            return Err(ApiError::invalid_field("upload_id", message));
        }
    }
    let kind = JobKind::File {
        blob_key: upload.blob_key.0,
        filename: upload.filename.clone(),
        content_type: upload.content_type,
        sha256: upload.sha256,
    };
    Ok(Reading { title: upload.filename, kind })
}

/// A job that waits for its turn.
pub(super) fn queued(service: &Service, run: Run) -> Job {
    let at: Timestamp = service.clock.now();
    Job::queued(JobId::from_uuid(service.dice.id(at)), run, at)
}
