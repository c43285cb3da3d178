//! `POST /v1/sources/{source_id}/sync`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::Run;

use super::create::queued;
use super::view::Source;
use crate::error::{ApiError, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedSource;
use crate::http::service::Service;

/// Read a source again
#[utoipa::path(tag = "knowledge", responses(
    (status = 202, description = "Being read again.", body = Source),
    (status = 409, description = "It is being read already.", body = Problem),
))]
#[post("/v1/sources/{source_id}/sync")]
pub(crate) async fn sync_source(
    owned: OwnedSource<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let (source, tenant) = (owned.source, &owned.member.tenant);
    if !source.state.is_final() {
        return Err(ApiError::conflict("This source is being read already. Follow its `job_id`."));
    }
    let account_id = owned.member.caller.account_id;
    let run =
        Run { account_id, chatbot_id: source.chatbot_id, source_id: source.source_id, kind: source.kind };
    tenant.add_job(&queued(&service, run)).await?;
    service.engine.wake_jobs();
    let source = tenant.source(source.source_id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Accepted().json(Source::from(source)))
}
