//! `DELETE /v1/account/api-keys/{api_key_id}`.

use actix_web::{HttpRequest, HttpResponse, delete, web};

use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::member::Owner;
use crate::http::path::path_part;
use crate::http::service::Service;
use crate::store::Existence;

/// Revoke an API key
///
/// From now on it proves nothing.
#[utoipa::path(tag = "account", responses((status = 204, description = "Revoked.")))]
#[delete("/v1/account/api-keys/{api_key_id}")]
pub(crate) async fn revoke_api_key(
    owner: Owner,
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id = path_part(&request, "api_key_id")?;
    match owner.tenant.revoke_api_key(id, service.clock.now()).await? {
        Existence::Present => {
            owner.did(&service, Deed::ApiKeyRevoked(id)).await;
            Ok(HttpResponse::NoContent().finish())
        }
        Existence::Absent => Err(ApiError::not_found()),
    }
}
