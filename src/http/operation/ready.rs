//! `GET /readyz`.

use std::time::Duration;

use actix_web::{HttpResponse, get, web};

use crate::error::{ApiError, ErrorCode, Problem};
use crate::http::service::Service;

/// How long the store may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does it take work?
///
/// The store answers, and the server is not on its way out.
#[utoipa::path(tag = "operation", security(()), responses(
    (status = 200, description = "It does.", body = String),
    (status = 503, description = "It does not, for now.", body = Problem),
))]
#[get("/readyz")]
pub(crate) async fn ready(service: web::Data<Service>) -> Result<HttpResponse, ApiError> {
    if service.readiness.is_leaving() {
        return Err(ApiError::new(ErrorCode::NotReady, "The server is shutting down."));
    }
    match tokio::time::timeout(PATIENCE, service.store.ping()).await {
        Ok(Ok(())) => Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n")),
        Ok(Err(_)) | Err(_) => {
            Err(ApiError::new(ErrorCode::NotReady, "The database does not answer.").retry_after(PATIENCE))
        }
    }
}
