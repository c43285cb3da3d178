//! `GET /v1/system/tree`.

use actix_web::{HttpResponse, get, web};

use crate::http::member::Operator;
use crate::http::service::Service;

/// Show the supervision tree
///
/// Every live actor with its state, mailbox and restarts. For operators only.
#[utoipa::path(tag = "operation", responses(
    (status = 200, description = "The root, with its children inside; null before it lives.", body = serde_json::Value),
))]
#[get("/v1/system/tree")]
pub(crate) async fn show_tree(_operator: Operator, service: web::Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(service.engine.tree())
}
