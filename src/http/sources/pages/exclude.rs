//! `POST /v1/sources/{source_id}/pages/{page_id}/exclude`.

use actix_web::{HttpRequest, HttpResponse, post, web};
use aihio_actors::model::PageId;

use super::view::SitePage;
use crate::error::ApiError;
use crate::http::member::Write;
use crate::http::owned::OwnedSource;
use crate::http::path::path_part;
use crate::http::service::Service;

/// Take a page out of a site
///
/// From the next message on it is neither found nor cited, and no run reads it until it is restored.
#[utoipa::path(tag = "knowledge", responses((status = 200, description = "The page as it is now.", body = SitePage)))]
#[post("/v1/sources/{source_id}/pages/{page_id}/exclude")]
pub(crate) async fn exclude_page(
    owned: OwnedSource<Write>,
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let id: PageId = path_part(&request, "page_id")?;
    let page = owned.member.tenant.exclude_page(owned.source.source_id, id).await?;
    let page = page.ok_or_else(ApiError::not_found)?;
    service.engine.knowledge_changed(owned.source.chatbot_id);
    Ok(HttpResponse::Ok().json(SitePage::from(page)))
}
