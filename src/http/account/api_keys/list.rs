//! `GET /v1/account/api-keys`.

use actix_web::{HttpResponse, get};

use super::view::ApiKey;
use crate::error::ApiError;
use crate::http::member::Owner;
use crate::http::page::{PageQuery, Paged, Query};

/// List the API keys
#[utoipa::path(tag = "account", responses(
    (status = 200, description = "Keys that were not revoked, newest first.", body = Paged<ApiKey>),
))]
#[get("/v1/account/api-keys")]
pub(crate) async fn list_api_keys(owner: Owner, query: Query<PageQuery>) -> Result<HttpResponse, ApiError> {
    let page = owner.tenant.api_keys(&query.0.page()?).await?;
    Ok(HttpResponse::Ok().json(Paged::of(page, ApiKey::from)))
}
