//! Visitors of websites: known by their session's token, or not at all and then let in by their page's origin.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use aihio_actors::engine::ChatbotHandle;
use aihio_actors::model::{ChatbotId, SessionId};

use super::caller::bearer;
use super::cors::AdmittedOrigin;
use super::member::{Extracting, Member, Read};
use super::origin;
use super::path::path_part;
use super::service::Service;
use crate::auth::SessionClaims;
use crate::error::ApiError;
use crate::store::{SessionRecord, Tenant};

/// A visitor who shows the token of a session.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// What the token proves.
    pub claims: SessionClaims,
}

impl Visitor {
    /// The visitor behind a request.
    ///
    /// # Errors
    /// `unauthenticated` without a valid session token.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let service = Service::of(request)?;
        let token = bearer(request).ok_or_else(ApiError::unauthenticated)?;
        let claims = service.tokens.verify_session(token, service.clock.now());
        claims.map(|claims| Self { claims }).map_err(|_| ApiError::unauthenticated())
    }

    /// The account of the visitor's chatbot. Where the page's origin is admitted, it may read the response.
    async fn tenant(&self, request: &HttpRequest) -> Result<Tenant, ApiError> {
        let service = Service::of(request)?;
        let handle = find(service, self.claims.chatbot_id).await?;
        let client = service.options.trusted_proxies.client_of(request);
        if origin::admit(&handle.view().record.config.allowed_origins, request.headers(), client).is_ok() {
            AdmittedOrigin::note(request);
        }
        Ok(service.store.tenant(handle.account_id()))
    }
}

/// A session whose history may be read: by a member of its account, or by the visitor whose session it is.
pub struct ReadableSession {
    /// The account that it belongs to.
    pub tenant: Tenant,
    /// The session.
    pub session: SessionRecord,
}

impl ReadableSession {
    async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let session_id: SessionId = path_part(request, "session_id")?;
        let tenant = match Visitor::of(request) {
            Ok(visitor) if visitor.claims.session_id == session_id => visitor.tenant(request).await?,
            Ok(_) => return Err(ApiError::not_found()),
            Err(_) => Member::<Read>::of(request).await?.tenant,
        };
        let session = tenant.session(session_id).await?.ok_or_else(ApiError::not_found)?;
        Ok(Self { tenant, session })
    }
}

impl FromRequest for ReadableSession {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}

/// A chatbot at which the request's page may open a conversation. Nobody has to be signed in.
pub struct PublicChatbot {
    /// The live chatbot.
    pub handle: Arc<ChatbotHandle>,
}

impl PublicChatbot {
    /// Finds the chatbot and applies the rule of origins.
    ///
    /// # Errors
    /// `not_found`, `chatbot_not_ready` or `origin_not_allowed`.
    pub async fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let service = Service::of(request)?;
        let handle = find(service, path_part(request, "chatbot_id")?).await?;
        let client = service.options.trusted_proxies.client_of(request);
        let view = handle.view();
        origin::admit(&view.record.config.allowed_origins, request.headers(), client)?;
        AdmittedOrigin::note(request);
        Ok(Self { handle })
    }
}

/// The live chatbot of that id.
///
/// # Errors
/// `not_found` where it does not exist, `chatbot_not_ready` where it can't be used now.
pub async fn find(service: &Service, chatbot_id: ChatbotId) -> Result<Arc<ChatbotHandle>, ApiError> {
    match service.engine.chatbot(chatbot_id).await {
        Ok(handle) => Ok(handle),
        Err(refusal) => {
            let exists = service.store.chatbot_account(chatbot_id).await?.is_some();
            Err(if exists { refusal.into() } else { ApiError::not_found() })
        }
    }
}

impl FromRequest for PublicChatbot {
    type Error = ApiError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&request).await })
    }
}
