//! JSON bodies, strictly read: what is unknown, missing or of the wrong type is named, field by field.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::{ApiError, ErrorCode};

/// A JSON body. Depth is bounded by serde_json's recursion limit.
#[derive(Debug, Clone)]
pub(super) struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = read(request, payload);
        Box::pin(async move { parse(&body.await?).map(Self) })
    }
}

/// A JSON body that may be left out; then every field has its default.
#[derive(Debug, Clone)]
pub(super) struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let absent = !request.headers().contains_key(CONTENT_TYPE);
        let bytes = Bytes::from_request(request, payload);
        let typed = expect_json(request);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| body_error(&error))?;
            if bytes.is_empty() && absent {
                return Ok(Self(T::default()));
            }
            typed?;
            if bytes.is_empty() { Ok(Self(T::default())) } else { parse(&bytes).map(Self) }
        })
    }
}

fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, ApiError>> + use<> {
    let typed = expect_json(request);
    let bytes = Bytes::from_request(request, payload);
    async move {
        typed?;
        bytes.await.map_err(|error| body_error(&error))
    }
}

fn expect_json(request: &HttpRequest) -> Result<(), ApiError> {
    let essence = request.content_type().trim();
    if essence.eq_ignore_ascii_case("application/json") || essence.to_ascii_lowercase().ends_with("+json") {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::UnsupportedMediaType, "Send the body as `Content-Type: application/json`."))
}

fn body_error(error: &actix_web::Error) -> ApiError {
    if error.as_response_error().status_code() == actix_web::http::StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(ErrorCode::PayloadTooLarge, "The body is larger than this route takes.");
    }
    ApiError::new(ErrorCode::BadRequest, "The body could not be read to its end.")
}

/// Reads a value from JSON and names the field at fault.
///
/// # Errors
/// `invalid_json` for what is no JSON, `validation_failed` for what doesn't fit.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|error| syntax_error(&error))?;
    serde_json::from_value(value).map_err(|error| field_error(&error))
}

fn syntax_error(error: &serde_json::Error) -> ApiError {
    let place = format!("line {}, column {}", error.line(), error.column());
    let detail = match error.classify() {
        Category::Eof => format!("The JSON ends too early, at {place}."),
        Category::Io | Category::Syntax | Category::Data => format!("The JSON is broken at {place}."),
    };
    ApiError::new(ErrorCode::InvalidJson, detail)
}

/// serde tells the field in backquotes where it knows it: for those unknown, missing and given twice.
pub(crate) fn field_error(error: &serde_json::Error) -> ApiError {
    let message = error.to_string();
    let names_field = ["unknown field `", "missing field `", "duplicate field `"];
    let field = names_field
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
        .unwrap_or("body");
    ApiError::invalid_field(field, &message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Named {
        #[expect(dead_code, reason = "only its reading is tested")]
        name: String,
    }

    fn error(body: &str) -> ApiError {
        parse::<Named>(body.as_bytes()).unwrap_err()
    }

    #[test]
    fn an_unknown_field_is_named() {
        let error = error(r#"{"name":"a","plan":"free"}"#);
        assert_eq!((error.code, error.fields[0].field.as_str()), (ErrorCode::ValidationFailed, "plan"));
    }

    #[test]
    fn a_missing_field_is_named() {
        assert_eq!(error("{}").fields[0].field, "name");
    }

    #[test]
    fn broken_json_is_told_from_wrong_json() {
        assert_eq!(error("{").code, ErrorCode::InvalidJson);
        assert_eq!(error(r#"{"name":1}"#).code, ErrorCode::ValidationFailed);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = "[".repeat(100_000);
        assert_eq!(error(&deep).code, ErrorCode::InvalidJson);
    }
}
