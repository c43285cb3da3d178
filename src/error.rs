//! What goes wrong, as clients see it: one table of [codes](ErrorCode) with their status, one shape (RFC 9457).

mod code;

pub use code::ErrorCode;

use std::error::Error;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use aihio_actors::model::{Refusal, RefusalCode};
use aihio_actors::ports::{Fault, PortError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{PasswordError, RandomError};
use crate::limits::Limited;
use crate::store::StoreError;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, as a path such as `theme.accent`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl FieldError {
    /// Says what is wrong with a field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Problem details (RFC 9457), the body of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; relative to this server's address, an anchor in its documentation.
    #[schema(example = "/docs#error-not_found")]
    pub r#type: String,
    /// The same for every problem of this kind.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// The stable word for programs.
    #[schema(example = "not_found")]
    pub code: &'static str,
    /// Find the request in the server's log by it.
    pub request_id: String,
    /// What is wrong with which field, with status 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// An error on its way to a client. Its causes stay here and in the log.
#[derive(Debug)]
pub struct ApiError {
    /// Which kind.
    pub code: ErrorCode,
    /// What happened and what to do.
    pub detail: String,
    /// What is wrong with which field.
    pub fields: Vec<FieldError>,
    /// When trying again makes sense.
    pub retry_after: Option<Duration>,
    /// The limit that was met.
    pub limited: Option<Box<Limited>>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ApiError {
    /// An error with its explanation.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
            limited: None,
            cause: None,
        }
    }

    /// There is no such thing, or it is another tenant's: clients can't tell which.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing at this address. Check the id.")
    }

    /// No valid token, key or cookie.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            ErrorCode::Unauthenticated,
            "Send a valid access token or API key as `Authorization: Bearer …`, or sign in.",
        )
    }

    /// The caller's role or scopes do not allow it.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(ErrorCode::Forbidden, "Your role or the key's scopes do not allow this.")
    }

    /// Fields that are not valid.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let named: Vec<&str> = fields.iter().map(|error| error.field.as_str()).collect();
        let detail = format!("Correct these fields and send the request again: {}.", named.join(", "));
        Self { fields, ..Self::new(ErrorCode::ValidationFailed, detail) }
    }

    /// One field that is not valid.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::new(field, message)])
    }

    /// Something with this name or state is there already.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, detail)
    }

    /// The account's plan has nothing left of what is named.
    #[must_use]
    pub fn plan_limit(what: &str, limit: u64) -> Self {
        let detail =
            format!("The account's plan allows {limit} {what}. Choose a larger plan or remove some.");
        Self::new(ErrorCode::QuotaExceeded, detail)
    }

    /// Something of ours broke; the cause goes to the log, never to the client.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail =
            "The request failed through no fault of yours. Try again; if it stays, report the request_id.";
        Self { cause: Some(cause.into()), ..Self::new(ErrorCode::Internal, detail) }
    }

    /// The store or another part of the outside can't be reached now.
    pub fn unavailable(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let detail = "The service can't reach its storage and has changed nothing. Try again in a moment.";
        Self { cause: Some(cause.into()), ..Self::new(ErrorCode::Overloaded, detail) }
            .retry_after(Duration::from_secs(1))
    }

    /// Says when trying again makes sense.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The body that clients get.
    #[must_use]
    pub fn problem(&self, request_id: &str) -> Problem {
        Problem {
            r#type: format!("/docs#error-{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status().as_u16(),
            detail: self.detail.clone(),
            code: self.code.as_str(),
            request_id: request_id.to_owned(),
            errors: self.fields.clone(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// Only the status: the outermost middleware writes the body, for it alone knows the request's id.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.code.status())
    }
}

impl From<Limited> for ApiError {
    fn from(limited: Limited) -> Self {
        let detail = format!("The limit `{}` is reached. Wait as `Retry-After` says.", limited.policy.name);
        Self { limited: Some(Box::new(limited)), ..Self::new(ErrorCode::RateLimited, detail) }
            .retry_after(limited.retry_after)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal.code {
            RefusalCode::Internal => ErrorCode::Internal,
            RefusalCode::TokenExpired => ErrorCode::Unauthenticated,
            RefusalCode::MethodNotFound | RefusalCode::NotAvailable => ErrorCode::MethodNotAllowed,
            RefusalCode::BadRequest => ErrorCode::BadRequest,
            RefusalCode::RateLimited => ErrorCode::RateLimited,
            RefusalCode::QuotaExceeded => ErrorCode::QuotaExceeded,
            RefusalCode::MessageTooLong => ErrorCode::MessageTooLong,
            RefusalCode::ChatbotNotReady => ErrorCode::ChatbotNotReady,
            RefusalCode::AnswerFailed => ErrorCode::AnswerFailed,
            RefusalCode::IdentityRequired => ErrorCode::IdentityRequired,
            RefusalCode::SessionClosed => ErrorCode::SessionClosed,
            RefusalCode::Overloaded => ErrorCode::Overloaded,
        };
        let waits = matches!(code.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let retry_after = refusal.retry_after.or(waits.then_some(Duration::from_secs(1)));
        Self { retry_after, ..Self::new(code, refusal.message) }
    }
}

impl From<PortError> for ApiError {
    fn from(error: PortError) -> Self {
        match error.fault {
            Fault::Transient => Self::unavailable(error),
            Fault::Permanent => Self::internal(error),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::Conflict(name) => {
                Self::conflict(format!("`{name}` is taken or has changed meanwhile."))
            }
            _ => Self::internal(error),
        }
    }
}

impl From<RandomError> for ApiError {
    fn from(error: RandomError) -> Self {
        Self::internal(error)
    }
}

impl From<PasswordError> for ApiError {
    fn from(error: PasswordError) -> Self {
        Self::internal(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_its_words_and_gets_the_status_of_its_code() {
        let cases = [
            (RefusalCode::QuotaExceeded, 402),
            (RefusalCode::RateLimited, 429),
            (RefusalCode::Overloaded, 503),
            (RefusalCode::ChatbotNotReady, 503),
            (RefusalCode::MessageTooLong, 422),
            (RefusalCode::SessionClosed, 409),
            (RefusalCode::AnswerFailed, 502),
            (RefusalCode::IdentityRequired, 403),
        ];
        for (refused, status) in cases {
            let error = ApiError::from(Refusal::new(refused, "why"));
            assert_eq!((error.code.status().as_u16(), error.detail.as_str()), (status, "why"));
            assert_eq!(error.retry_after.is_some(), matches!(status, 429 | 503));
        }
    }

    #[test]
    fn the_cause_of_a_failure_is_kept_and_not_shown() {
        let error = ApiError::internal("connection to 10.1.2.3 lost");
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("connection to 10.1.2.3 lost"));
        let shown = serde_json::to_string(&error.problem("r1")).unwrap();
        assert!(!shown.contains("10.1.2.3"), "{shown}");
    }

    #[test]
    fn field_errors_are_listed_in_the_problem() {
        let problem = ApiError::invalid_field("theme.accent", "not a colour").problem("r1");
        let shown = serde_json::to_value(problem).unwrap();
        assert_eq!(shown["status"], 422);
        assert_eq!(shown["errors"][0]["field"], "theme.accent");
        assert_eq!(shown["request_id"], "r1");
    }
}
