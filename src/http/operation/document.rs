//! `GET /openapi.json`.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, get};

use crate::http::openapi::document;

/// The API's description
#[utoipa::path(tag = "operation", security(()), responses(
    (status = 200, description = "OpenAPI 3.1.", body = serde_json::Value),
))]
#[get("/openapi.json")]
pub(crate) async fn show_document() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(document())
}
