//! `GET /v1/sources/{source_id}`.

use actix_web::{HttpResponse, get};

use super::view::Source;
use crate::http::member::Read;
use crate::http::owned::OwnedSource;

/// Show a source
#[utoipa::path(tag = "knowledge", responses((status = 200, description = "The source.", body = Source)))]
#[get("/v1/sources/{source_id}")]
pub(crate) async fn show_source(owned: OwnedSource<Read>) -> HttpResponse {
    HttpResponse::Ok().json(Source::from(owned.source))
}
