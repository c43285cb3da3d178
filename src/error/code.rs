//! The table of error codes.

use actix_web::http::StatusCode;

macro_rules! error_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// The stable words by which programs tell errors apart.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[doc = $doc])+ $name,)*
        }

        impl ErrorCode {
            /// Every code, for documents and tests.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word in the `code` field.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that goes with it.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The summary in the `title` field; the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means, for documents.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)* }
            }
        }
    };
}

error_codes! {
    /// The body or a header can't be understood at all.
    BadRequest = "bad_request", BAD_REQUEST, "The request can't be understood";
    /// The body is not JSON.
    InvalidJson = "invalid_json", BAD_REQUEST, "The body is not valid JSON";
    /// No valid token, key or cookie came with the request.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Sign in first";
    /// E-mail and password do not belong together.
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED, "Wrong e-mail or password";
    /// The account's plan has nothing left of this.
    QuotaExceeded = "quota_exceeded", PAYMENT_REQUIRED, "The plan's limit is reached";
    /// The role or the key's scopes do not allow it.
    Forbidden = "forbidden", FORBIDDEN, "Not allowed";
    /// A change with the dashboard's cookie lacks its `X-CSRF-Token`.
    CsrfTokenInvalid = "csrf_token_invalid", FORBIDDEN, "The CSRF token is missing or wrong";
    /// The page's origin is not on the chatbot's list.
    OriginNotAllowed = "origin_not_allowed", FORBIDDEN, "This origin is not allowed";
    /// The chatbot speaks only to visitors who prove who they are.
    IdentityRequired = "identity_required", FORBIDDEN, "The visitor's identity is not proven";
    /// This server does not take registrations.
    RegistrationClosed = "registration_closed", FORBIDDEN, "Registration is closed";
    /// There is no such thing, or it is not yours.
    NotFound = "not_found", NOT_FOUND, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This method is not supported here";
    /// Something with this name or state is there already.
    Conflict = "conflict", CONFLICT, "In conflict with the present state";
    /// The conversation has ended.
    SessionClosed = "session_closed", CONFLICT, "The conversation has ended";
    /// The first request with this `Idempotency-Key` is still at work.
    IdempotencyInFlight = "idempotency_in_flight", CONFLICT, "The first request is still at work";
    /// The body is larger than what is taken.
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is of a kind that is not taken.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Send application/json";
    /// Fields are missing, unknown or out of range; `errors` names them.
    ValidationFailed = "validation_failed", UNPROCESSABLE_ENTITY, "Some fields are not valid";
    /// The text is longer than the chatbot takes.
    MessageTooLong = "message_too_long", UNPROCESSABLE_ENTITY, "The message is too long";
    /// The `Idempotency-Key` was used for a different request.
    IdempotencyMismatch = "idempotency_mismatch", UNPROCESSABLE_ENTITY, "The key belongs to another request";
    /// Too many requests in too short a time.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests";
    /// Something of ours broke.
    Internal = "internal_error", INTERNAL_SERVER_ERROR, "Something went wrong here";
    /// The answer could not be made.
    AnswerFailed = "answer_failed", BAD_GATEWAY, "The answer could not be made";
    /// The chatbot is being loaded or is isolated after repeated failures.
    ChatbotNotReady = "chatbot_not_ready", SERVICE_UNAVAILABLE, "The chatbot is not ready";
    /// More work than can be done honestly now; nothing was stored.
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "The service is busy";
    /// The server is starting, stopping or can't reach its store.
    NotReady = "not_ready", SERVICE_UNAVAILABLE, "The service is not ready";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_code_is_a_word_of_its_own_with_an_error_status() {
        let words: HashSet<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{code:?}");
        }
    }
}
