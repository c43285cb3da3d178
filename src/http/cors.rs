//! Cross-origin requests of widgets on other sites. Only routes that visitors use take part; no route takes
//! credentials from another origin.

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, HeaderValue, ORIGIN,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, route};

use super::visitor::PublicChatbot;

/// Put beside a request whose origin was admitted, so that its response names that origin.
#[derive(Debug, Clone)]
pub struct AdmittedOrigin(pub HeaderValue);

impl AdmittedOrigin {
    /// Notes that the request's own origin was admitted.
    pub(crate) fn note(request: &HttpRequest) {
        if let Some(origin) = request.headers().get(ORIGIN) {
            request.extensions_mut().insert(Self(origin.clone()));
        }
    }

    /// Notes that any origin may read the response.
    pub(crate) fn note_any(request: &HttpRequest) {
        request.extensions_mut().insert(Self(HeaderValue::from_static("*")));
    }
}

/// The browser asks first, for the routes of one chatbot: answered where the page's origin is admitted.
#[route("/v1/chatbots/{chatbot_id}/{visitor_route:public|sessions|messages|events}", method = "OPTIONS")]
pub(crate) async fn preflight_chatbot(_: PublicChatbot) -> HttpResponse {
    preflight()
}

/// The browser asks first, for a session's history. It doesn't show the token then, so the session's chatbot is
/// not known; the history itself is shown to admitted origins only.
#[route("/v1/sessions/{session_id}/messages", method = "OPTIONS")]
pub(crate) async fn preflight_session() -> HttpResponse {
    let mut response = preflight();
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn preflight() -> HttpResponse {
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"))
        .insert_header((
            ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, idempotency-key, last-event-id, x-request-id",
        ))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "600"))
        .finish()
}
