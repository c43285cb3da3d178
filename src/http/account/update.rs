//! `PATCH /v1/account`.

use actix_web::{HttpResponse, patch};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::Account;
use crate::error::ApiError;
use crate::http::field;
use crate::http::json::Json;
use crate::http::member::Owner;

/// What can be changed of an account; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
}

/// Change the account
#[utoipa::path(tag = "account", responses((status = 200, description = "The account as it is now.", body = Account)))]
#[patch("/v1/account")]
pub(crate) async fn update_account(
    owner: Owner,
    body: Json<AccountChange>,
) -> Result<HttpResponse, ApiError> {
    if let Some(name) = body.name.as_deref().map(str::trim) {
        if let Some(error) = field::chars("name", name, 1..=100) {
            return Err(ApiError::invalid(vec![error]));
        }
        owner.tenant.rename_account(name).await?;
    }
    Ok(HttpResponse::Ok().json(Account::of(&owner.tenant).await?))
}
