//! Around every request: its id, its one log line, its figures, the body of its error and the headers that all
//! responses carry. Never in the log: query strings, bodies, tokens, addresses.

use std::error::Error as _;
use std::fmt::Write as _;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_SECURITY_POLICY,
    HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use tokio::time::Instant;

use super::cors::AdmittedOrigin;
use super::problem;
use super::request_id::{REQUEST_ID_HEADER, RequestId};
use super::service::Service;
use crate::error::ApiError;
use crate::limits::{Allowed, rate_limit_headers};

/// What stands for the pattern of a path that no route has.
const UNMATCHED: &str = "unmatched";

/// Wraps every request.
///
/// # Errors
/// Never one of its own.
pub(super) async fn access(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let service = Service::of(request.request()).map_err(Error::from)?.clone();
    let id = RequestId::assign(&request, &service);
    let _running = service.metrics.begin();
    let began = Instant::now();
    let response = next.call(request).await?.map_into_boxed_body();
    let cause = cause_of(&response);
    let mut response = problem::render(response, &id);
    complete(&mut response, &id);
    record(&service, &response, &Finished { id, began, cause });
    Ok(response)
}

struct Finished {
    id: RequestId,
    began: Instant,
    cause: Option<String>,
}

fn record(service: &web::Data<Service>, response: &ServiceResponse<BoxBody>, finished: &Finished) {
    let request = response.request();
    let route = request.match_pattern().unwrap_or_else(|| UNMATCHED.to_owned());
    let (method, status) = (request.method().as_str(), response.status().as_u16());
    let took = finished.began.elapsed();
    service.metrics.answered(method, &route, status, took);
    let milliseconds = took.as_secs_f64() * 1_000.0;
    let request_id = finished.id.0.as_str();
    match &finished.cause {
        Some(cause) if status >= 500 => tracing::error!(
            target: "aihio::http", method, route, status, milliseconds, request_id, cause, "request failed"
        ),
        _ => tracing::info!(
            target: "aihio::http", method, route, status, milliseconds, request_id, "request answered"
        ),
    }
}

/// What failed, with all that caused it, in one line.
fn cause_of(response: &ServiceResponse<BoxBody>) -> Option<String> {
    let error = response.response().error()?.as_error::<ApiError>()?;
    let mut chain = error.source()?.to_string();
    let mut next = error.source()?.source();
    while let Some(cause) = next {
        write!(chain, ": {cause}").ok()?;
        next = cause.source();
    }
    Some(chain)
}

fn complete(response: &mut ServiceResponse<BoxBody>, id: &RequestId) {
    let allowed = response.request().extensions().get::<Allowed>().copied();
    let origin = response.request().extensions().get::<AdmittedOrigin>().cloned();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID_HEADER, id);
    }
    default(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, REFERRER_POLICY, "no-referrer");
    default(headers, CACHE_CONTROL, "no-store");
    default(headers, CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    if let Some(allowed) = allowed.filter(|_| !headers.contains_key("ratelimit")) {
        rate_limit_headers(headers, Ok(allowed));
    }
    if let Some(AdmittedOrigin(origin)) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(VARY, HeaderValue::from_static("Origin"));
        let exposed = HeaderValue::from_static("retry-after, ratelimit, ratelimit-policy, x-request-id");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
