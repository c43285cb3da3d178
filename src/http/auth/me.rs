//! `GET /v1/me`: who the caller is.

use actix_web::{HttpResponse, get};
use aihio_actors::model::AccountId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Scope;
use crate::error::ApiError;
use crate::http::caller::{Caller, Identity};
use crate::http::member::Member;
use crate::store::{MemberRole, Operator};

/// Who the caller is, and for whom they act.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The account.
    #[schema(value_type = uuid::Uuid)]
    account_id: AccountId,
    /// `user` or `api_key`.
    kind: &'static str,
    /// The person's or the key's id.
    id: uuid::Uuid,
    /// The person's or the key's name.
    name: String,
    /// A person's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// The account's name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// A person's role: `owner`, `admin`, `editor` or `viewer`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<MemberRole>,
    /// A key's scopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<Scope>>,
    /// Whether the caller runs this server.
    operator: bool,
    /// For changes with the cookie: send it as `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
}

impl From<&Caller> for Me {
    fn from(caller: &Caller) -> Self {
        let account_id = caller.account_id;
        match &caller.identity {
            Identity::User { user, csrf_token } => Self {
                account_id,
                kind: "user",
                id: user.user_id.as_uuid(),
                name: user.name.clone(),
                email: Some(user.email.clone()),
                account_name: Some(user.account_name.clone()),
                role: Some(user.role),
                scopes: None,
                operator: user.operator == Operator::Yes,
                csrf_token: Some(csrf_token.clone()),
            },
            Identity::ApiKey { api_key_id, name, scopes } => Self {
                account_id,
                kind: "api_key",
                id: api_key_id.as_uuid(),
                name: name.clone(),
                email: None,
                account_name: None,
                role: None,
                scopes: Some(scopes.clone()),
                operator: false,
                csrf_token: None,
            },
        }
    }
}

/// Who am I?
#[utoipa::path(tag = "auth", responses((status = 200, description = "The caller.", body = Me)))]
#[get("/v1/me")]
pub(crate) async fn me(member: Member) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(Me::from(&*member.caller)))
}
