//! `PATCH /v1/sources/{source_id}`.

use actix_web::{HttpResponse, patch, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::site::Resync;
use super::view::Source;
use crate::error::ApiError;
use crate::http::json::Json;
use crate::http::member::Write;
use crate::http::owned::OwnedSource;
use crate::http::service::Service;

/// What changes of a source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceChange {
    /// How often it is read again by itself, counted from now.
    resync: Resync,
}

/// Change a source
///
/// Sets how often it is read again.
#[utoipa::path(tag = "knowledge", request_body = SourceChange, responses(
    (status = 200, description = "The source as it is now.", body = Source),
))]
#[patch("/v1/sources/{source_id}")]
pub(crate) async fn update_source(
    owned: OwnedSource<Write>,
    service: web::Data<Service>,
    body: Json<SourceChange>,
) -> Result<HttpResponse, ApiError> {
    if let Some(error) = body.resync.check() {
        return Err(ApiError::invalid(vec![error]));
    }
    let (id, tenant) = (owned.source.source_id, &owned.member.tenant);
    tenant.resync(id, body.resync.every(), service.clock.now()).await?;
    let source = tenant.source(id).await?.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(Source::from(source)))
}
