//! `GET /v1/chatbots/{chatbot_id}/jobs`.

use actix_web::{HttpResponse, get};

use super::view::Job;
use crate::error::ApiError;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;
use crate::http::page::{PageQuery, Paged, Query};

/// List a chatbot's jobs
#[utoipa::path(tag = "jobs", responses(
    (status = 200, description = "Runs over its sources, newest first.", body = Paged<Job>),
))]
#[get("/v1/chatbots/{chatbot_id}/jobs")]
pub(crate) async fn list_jobs(
    owned: OwnedChatbot<Read>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let page = owned.member.tenant.jobs(owned.id(), &query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, Job::from)))
}
