//! `POST /v1/auth/login`: e-mail and password against an access token and the dashboard's cookie.

use actix_web::{HttpRequest, HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cookie::cookie;
use crate::auth::Verdict;
use crate::error::{ApiError, ErrorCode, Problem};
use crate::http::deed::{Actor, Deed};
use crate::http::json::Json;
use crate::http::service::Service;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The address.
    #[schema(format = "email")]
    email: String,
    /// The password.
    #[schema(format = "password")]
    password: String,
}

/// The proof of having signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds until it is no longer good.
    expires_in: i64,
    /// Where the cookie is used instead of the token: send it as `X-CSRF-Token` with every change.
    csrf_token: String,
}

/// Sign in
///
/// Also sets the dashboard's cookie.
#[utoipa::path(tag = "auth", security(()), responses(
    (status = 200, description = "Signed in.", body = SignedIn),
    (status = 401, description = "Wrong e-mail or password.", body = Problem),
))]
#[post("/v1/auth/login")]
pub(crate) async fn login(
    request: HttpRequest,
    service: web::Data<Service>,
    body: Json<Credentials>,
) -> Result<HttpResponse, ApiError> {
    let Credentials { email, password } = body.0;
    let email = email.trim().to_lowercase();
    service.limits.login(service.options.trusted_proxies.client_of(&request).address(), &email)?;
    let user = service.store.user_by_email(&email).await?;
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let verdict = service.passwords.verify(password, stored).await?;
    let Some(user) = user.filter(|_| verdict == Verdict::Right) else {
        return Err(ApiError::new(
            ErrorCode::InvalidCredentials,
            "There is no user with this e-mail and password. Check both and try again.",
        ));
    };
    let account = service.store.tenant(user.account_id);
    Deed::SignedIn(user.user_id).keep(&service, &account, Actor::User(user.user_id)).await;
    let now = service.clock.now();
    let (access_token, expires_at) = service.tokens.issue_access(user.user_id, user.account_id, now);
    let expires_in = (expires_at - now).num_seconds();
    let csrf_token = service.tokens.csrf_for(&access_token);
    let cookie = cookie(&service.options, access_token.clone(), expires_in);
    let signed_in = SignedIn { access_token, token_type: "Bearer", expires_in, csrf_token };
    Ok(HttpResponse::Ok().cookie(cookie).json(signed_in))
}
