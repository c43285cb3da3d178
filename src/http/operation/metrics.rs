//! `GET /metrics`.

use actix_web::{HttpResponse, get, web};

use crate::error::ApiError;
use crate::http::service::Service;

/// The format's own type (OpenMetrics 1.0).
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Figures for Prometheus
#[utoipa::path(tag = "operation", security(()), responses(
    (status = 200, description = "OpenMetrics text.", body = String, content_type = "application/openmetrics-text"),
))]
#[get("/metrics")]
pub(crate) async fn show_metrics(service: web::Data<Service>) -> Result<HttpResponse, ApiError> {
    let text =
        service.metrics.encode(&service.engine.metrics(), &service.models).map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}
