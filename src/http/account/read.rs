//! `GET /v1/account`.

use actix_web::{HttpResponse, get};

use super::view::Account;
use crate::error::ApiError;
use crate::http::member::Member;

/// Show the account
#[utoipa::path(tag = "account", responses((status = 200, description = "The account.", body = Account)))]
#[get("/v1/account")]
pub(crate) async fn show_account(member: Member) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(Account::of(&member.tenant).await?))
}
