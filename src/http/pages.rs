//! Pages and their parts. They load nothing from elsewhere and run under a policy that allows nothing else.

use actix_web::http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, get, web};
use serde_json::json;

use super::assets::Asset;
use super::cors::AdmittedOrigin;
use super::path::path_part;
use super::service::Service;
use crate::error::ApiError;

/// What pages may do, but for whom they may speak to.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Browsers ask each time, and are told in a few bytes that nothing has changed.
const REVALIDATE: &str = "no-cache";
/// The widget's launcher stands on other people's sites: it may be a few minutes old.
const EVERGREEN: &str = "public, max-age=300, stale-while-revalidate=86400";

/// The table of the pages; they are no part of the documented API.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(dashboard).service(demo).service(demo_config).service(docs).service(widget).service(part);
}

#[get("/")]
async fn dashboard(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    page(&request, "index.html")
}

#[get("/demo")]
async fn demo(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    page(&request, "demo.html")
}

#[get("/docs")]
async fn docs(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    page(&request, "docs.html")
}

/// Which chatbot the demo page speaks to.
#[get("/demo/config.json")]
async fn demo_config(service: web::Data<Service>) -> Result<HttpResponse, ApiError> {
    let chatbot_id = service.options.demo_chatbot.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(json!({ "chatbot_id": chatbot_id })))
}

#[get("/widget.js")]
async fn widget(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let asset = Asset::named("w.js").ok_or_else(ApiError::not_found)?;
    AdmittedOrigin::note_any(&request);
    Ok(asset.response(&request, EVERGREEN))
}

#[get("/assets/{name}")]
async fn part(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let name: String = path_part(&request, "name")?;
    let asset = Asset::named(&name).filter(|asset| !asset.is_page()).ok_or_else(ApiError::not_found)?;
    // Pages on other sites load the widget's second file as a module, which takes part in CORS.
    AdmittedOrigin::note_any(&request);
    Ok(asset.response(&request, REVALIDATE))
}

fn page(request: &HttpRequest, name: &str) -> Result<HttpResponse, ApiError> {
    let asset = Asset::named(name).ok_or_else(ApiError::not_found)?;
    let mut response = asset.response(request, REVALIDATE);
    // Files are sent straight to their store, wherever it is.
    let store = Service::of(request)?.intake.origin().unwrap_or_default();
    let policy = format!("{POLICY}; connect-src 'self' ws: wss: {store}");
    let policy = HeaderValue::from_str(policy.trim_end()).map_err(ApiError::internal)?;
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
