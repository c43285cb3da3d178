//! `GET /v1/sources/{source_id}/pages`.

use actix_web::{HttpResponse, get};
use aihio_actors::model as engine;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{PageState, SitePage};
use crate::error::ApiError;
use crate::http::member::Read;
use crate::http::owned::OwnedSource;
use crate::http::page::{PageQuery, Paged, Query};

/// Which pages are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PagesQuery {
    /// Most items to give, 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before; the first page when left out.
    cursor: Option<String>,
    /// Only pages in this state.
    #[param(value_type = Option<PageState>)]
    state: Option<engine::PageState>,
}

/// List the pages of a site
///
/// What was found and what came of it; the last found first.
#[utoipa::path(tag = "knowledge", params(PagesQuery), responses(
    (status = 200, description = "Its pages; none for a source that is no site.", body = Paged<SitePage>),
))]
#[get("/v1/sources/{source_id}/pages")]
pub(crate) async fn list_pages(
    owned: OwnedSource<Read>,
    query: Query<PagesQuery>,
) -> Result<HttpResponse, ApiError> {
    let PagesQuery { limit, cursor, state } = query.0;
    let page = PageQuery { limit, cursor }.page()?;
    let pages = owned.member.tenant.site_pages(owned.source.source_id, state, &page).await?;
    Ok(HttpResponse::Ok().json(Paged::of(pages, SitePage::from)))
}
