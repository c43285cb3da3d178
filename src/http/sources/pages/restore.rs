//! `POST /v1/sources/{source_id}/pages/{page_id}/restore`.

use actix_web::{HttpRequest, HttpResponse, post};
use aihio_actors::model::PageId;

use super::view::SitePage;
use crate::error::ApiError;
use crate::http::member::Write;
use crate::http::owned::OwnedSource;
use crate::http::path::path_part;

/// Take a page in again
///
/// It is read when the site is read next.
#[utoipa::path(tag = "knowledge", responses((status = 200, description = "The page as it is now.", body = SitePage)))]
#[post("/v1/sources/{source_id}/pages/{page_id}/restore")]
pub(crate) async fn restore_page(
    owned: OwnedSource<Write>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id: PageId = path_part(&request, "page_id")?;
    let page = owned.member.tenant.restore_page(owned.source.source_id, id).await?;
    Ok(HttpResponse::Ok().json(SitePage::from(page.ok_or_else(ApiError::not_found)?)))
}
