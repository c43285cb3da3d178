//! `GET /livez`.

use actix_web::{HttpResponse, get};

/// Is the process alive?
#[utoipa::path(tag = "operation", security(()), responses((status = 200, description = "It is.", body = String)))]
#[get("/livez")]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}
