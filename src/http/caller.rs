//! Who makes a request: a person by access token or cookie, or a program by API key.

use std::rc::Rc;

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpMessage, HttpRequest};
use aihio_actors::model::{AccountId, AgentName, ApiKeyId, UserId};

use super::deed::Actor;
use super::service::Service;
use crate::auth::{Scope, hash_api_key};
use crate::error::{ApiError, ErrorCode};
use crate::limits::Allowed;
use crate::store::{ApiKeyRecord, MemberRole, Operator, UserRecord};

/// The name of the dashboard's cookie.
pub const COOKIE: &str = "aihio_session";
/// The header that proves that a change with the cookie comes from the dashboard's own page.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Who makes the request, and for which account.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant.
    pub account_id: AccountId,
    /// Who.
    pub identity: Identity,
}

/// A person or a program.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A person who signed in.
    User {
        /// As stored.
        user: Box<UserRecord>,
        /// The token that goes with the sign-in, for changes by cookie.
        csrf_token: String,
    },
    /// A program with a key.
    ApiKey {
        /// The key.
        api_key_id: ApiKeyId,
        /// What its maker called it.
        name: String,
        /// What it may do.
        scopes: Vec<Scope>,
    },
}

impl Caller {
    /// The person, where it is one.
    #[must_use]
    pub fn user_id(&self) -> Option<UserId> {
        match &self.identity {
            Identity::User { user, .. } => Some(user.user_id),
            Identity::ApiKey { .. } => None,
        }
    }

    /// As the audit log names the caller.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &self.identity {
            Identity::User { user, .. } => Actor::User(user.user_id),
            Identity::ApiKey { api_key_id, .. } => Actor::ApiKey(*api_key_id),
        }
    }

    /// The name under which visitors see the caller.
    #[must_use]
    pub fn agent_name(&self) -> AgentName {
        match &self.identity {
            Identity::User { user, .. } => AgentName { name: user.name.clone() },
            Identity::ApiKey { name, .. } => AgentName { name: name.clone() },
        }
    }

    /// Whether the caller holds a scope as a key, or a role that is high enough as a person.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        match &self.identity {
            Identity::ApiKey { scopes, .. } => scopes.contains(&scope),
            Identity::User { user, .. } => match scope {
                Scope::Read | Scope::Chat => true,
                Scope::Write => user.role >= MemberRole::Editor,
                Scope::Account => user.role >= MemberRole::Admin,
            },
        }
    }

    /// Whether the caller runs this server.
    #[must_use]
    pub fn is_operator(&self) -> bool {
        matches!(&self.identity, Identity::User { user, .. } if user.operator == Operator::Yes)
    }
}

/// What the request carries to prove who makes it.
enum Credential {
    Bearer(String),
    Cookie(String),
}

/// The token in `Authorization: Bearer`.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn credential(request: &HttpRequest) -> Option<Credential> {
    let named = bearer(request).map(|token| Credential::Bearer(token.to_owned()));
    if named.is_some() || request.headers().contains_key(AUTHORIZATION) {
        return named;
    }
    request.cookie(COOKIE).map(|cookie: Cookie<'_>| Credential::Cookie(cookie.value().to_owned()))
}

/// Finds out who makes a request; once found, it is remembered for the rest of the request.
///
/// # Errors
/// `unauthenticated` without a valid proof, `csrf_token_invalid` for a change by cookie alone, `rate_limited`
/// for a key that asks too often, or an account whose plan allows its keys no more.
pub async fn authenticate(request: &HttpRequest) -> Result<Rc<Caller>, ApiError> {
    if let Some(known) = request.extensions().get::<Rc<Caller>>() {
        return Ok(Rc::clone(known));
    }
    let service = Service::of(request)?;
    let caller = match credential(request).ok_or_else(ApiError::unauthenticated)? {
        Credential::Bearer(token) => match hash_api_key(&token) {
            Some(hash) => by_api_key(request, service, hash).await?,
            None => by_access_token(service, &token).await?,
        },
        Credential::Cookie(token) => {
            check_csrf(request, service, &token)?;
            by_access_token(service, &token).await?
        }
    };
    let caller = Rc::new(caller);
    request.extensions_mut().insert(Rc::clone(&caller));
    Ok(caller)
}

async fn by_access_token(service: &Service, token: &str) -> Result<Caller, ApiError> {
    let claims =
        service.tokens.verify_access(token, service.clock.now()).map_err(|_| ApiError::unauthenticated())?;
    let user = service.store.user(claims.user_id).await?.ok_or_else(ApiError::unauthenticated)?;
    let csrf_token = service.tokens.csrf_for(token);
    Ok(Caller { account_id: user.account_id, identity: Identity::User { user: Box::new(user), csrf_token } })
}

async fn by_api_key(request: &HttpRequest, service: &Service, hash: [u8; 32]) -> Result<Caller, ApiError> {
    let Some(key) = service.store.api_key_by_hash(hash).await? else {
        // Whoever guesses keys is no key's user: the guess counts against the address.
        service.limits.address(service.options.trusted_proxies.client_of(request).address())?;
        return Err(ApiError::unauthenticated());
    };
    if let Some(allowed) = count(service, &key).await? {
        request.extensions_mut().insert(allowed);
    }
    note_use(service, &key);
    let scopes = key.scopes.iter().filter_map(|word| word.parse().ok()).collect();
    let identity = Identity::ApiKey { api_key_id: key.api_key_id, name: key.name, scopes };
    Ok(Caller { account_id: key.account_id, identity })
}

/// Counts a request against the key's own limit and against what the plan allows all keys of the account together.
/// What is told is the one of which less is left.
async fn count(service: &Service, key: &ApiKeyRecord) -> Result<Option<Allowed>, ApiError> {
    let Some(of_key) = service.limits.api_key(key.api_key_id)? else { return Ok(None) };
    let plan = service.store.plan_of(key.account_id).await?;
    let Some(per_minute) = plan.api_requests_per_minute else { return Ok(Some(of_key)) };
    let of_plan = service.limits.plan(key.account_id, per_minute)?;
    Ok(of_plan.filter(|of_plan| of_plan.remaining < of_key.remaining).or(Some(of_key)))
}

/// Notes now and then that a key is used. Nobody waits for it, and where it fails only the note is missing.
fn note_use(service: &Service, key: &ApiKeyRecord) {
    let now = service.clock.now();
    if !key.is_use_worth_noting(now) {
        return;
    }
    let (tenant, id) = (service.store.tenant(key.account_id), key.api_key_id);
    actix_rt::spawn(async move {
        if let Err(error) = tenant.api_key_used(id, now).await {
            tracing::warn!(api_key.id = %id, error = ?error, "the use of a key could not be noted");
        }
    });
}

fn check_csrf(request: &HttpRequest, service: &Service, token: &str) -> Result<(), ApiError> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let presented = request.headers().get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or("");
    if service.tokens.csrf_matches(token, presented) {
        return Ok(());
    }
    let detail = "Send the `csrf_token` that signing in or GET /v1/me gave as the header X-CSRF-Token.";
    Err(ApiError::new(ErrorCode::CsrfTokenInvalid, detail))
}
