//! Errors become bodies here and nowhere else: problem details (RFC 9457), or OpenAI's shape on OpenAI's routes.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use serde_json::json;

use super::request_id::RequestId;
use crate::error::{ApiError, ErrorCode};
use crate::limits::{rate_limit_headers, retry_after_header};

/// Where clients expect errors in OpenAI's shape.
pub(crate) const OPENAI_PREFIX: &str = "/openai/";

/// Gives a failed response its body and headers; leaves any other alone.
pub(crate) fn render(response: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else { return response };
    let Some(error) = error.as_error::<ApiError>() else {
        let status = response.response().status();
        return write(response, &from_status(status), id);
    };
    let body = Body::of(error, id, response.request().path());
    finish(response, body)
}

/// What stands for errors that the framework made itself.
fn from_status(status: StatusCode) -> ApiError {
    match status {
        StatusCode::NOT_FOUND => ApiError::not_found(),
        StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::new(ErrorCode::PayloadTooLarge, "The body is larger than this route takes.")
        }
        status if status.is_client_error() => ApiError::new(
            ErrorCode::BadRequest,
            "The request can't be understood. Check its headers and path.",
        ),
        _ => ApiError::internal("the framework failed"),
    }
}

fn write(response: ServiceResponse<BoxBody>, error: &ApiError, id: &RequestId) -> ServiceResponse<BoxBody> {
    let body = Body::of(error, id, response.request().path());
    finish(response, body)
}

struct Body {
    status: StatusCode,
    content_type: &'static str,
    text: String,
    retry_after: Option<std::time::Duration>,
    limited: Option<crate::limits::Limited>,
}

impl Body {
    fn of(error: &ApiError, id: &RequestId, path: &str) -> Self {
        let (content_type, text) = if path.starts_with(OPENAI_PREFIX) {
            ("application/json", openai_error(error).to_string())
        } else {
            let problem = serde_json::to_string(&error.problem(&id.0)).unwrap_or_default();
            ("application/problem+json", problem)
        };
        let (retry_after, limited) = (error.retry_after, error.limited.as_deref().copied());
        Self { status: error.code.status(), content_type, text, retry_after, limited }
    }
}

fn finish(response: ServiceResponse<BoxBody>, body: Body) -> ServiceResponse<BoxBody> {
    let mut response = response.map_body(|_, _| BoxBody::new(body.text));
    *response.response_mut().status_mut() = body.status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(body.content_type));
    if let Some(delay) = body.retry_after {
        retry_after_header(headers, delay);
    }
    if let Some(limited) = body.limited {
        rate_limit_headers(headers, Err(limited));
    }
    if body.status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// OpenAI's error shape, with the type words that its clients switch on.
pub(crate) fn openai_error(error: &ApiError) -> serde_json::Value {
    let kind = match error.code.status() {
        StatusCode::UNAUTHORIZED => "authentication_error",
        StatusCode::FORBIDDEN => "permission_error",
        StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
        StatusCode::PAYMENT_REQUIRED => "insufficient_quota",
        status if status.is_client_error() => "invalid_request_error",
        _ => "server_error",
    };
    let param = error.fields.first().map(|field| field.field.as_str());
    let message = error.fields.first().map_or(error.detail.as_str(), |field| field.message.as_str());
    json!({"error": {"message": message, "type": kind, "param": param, "code": error.code.as_str()}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openai_clients_get_the_words_they_know() {
        let shown = openai_error(&ApiError::unauthenticated());
        assert_eq!(shown["error"]["type"], "authentication_error");
        let shown = openai_error(&ApiError::invalid_field("model", "no such model"));
        assert_eq!(shown["error"]["param"], "model");
        assert_eq!(shown["error"]["message"], "no such model");
    }

    #[test]
    fn errors_of_the_framework_get_a_code_of_ours() {
        assert_eq!(from_status(StatusCode::NOT_FOUND).code, ErrorCode::NotFound);
        assert_eq!(from_status(StatusCode::BAD_REQUEST).code, ErrorCode::BadRequest);
        assert_eq!(from_status(StatusCode::INTERNAL_SERVER_ERROR).code, ErrorCode::Internal);
    }
}
