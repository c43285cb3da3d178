//! `POST /v1/account/api-keys`.

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::ApiKeyId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::ApiKey;
use crate::auth::{ApiKeySecret, Scope};
use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::field;
use crate::http::json::Json;
use crate::http::member::Owner;
use crate::http::service::Service;
use crate::store::NewApiKey as Stored;

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// What to call it.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do; read, write and chat when left out.
    scopes: Option<Vec<Scope>>,
}

/// A key with its secret, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedApiKey {
    /// The key.
    #[serde(flatten)]
    key: ApiKey,
    /// Send it as `Authorization: Bearer …`. It can't be shown again.
    secret: String,
}

/// Make an API key
#[utoipa::path(tag = "account", responses((status = 201, description = "Made.", body = CreatedApiKey)))]
#[post("/v1/account/api-keys")]
pub(crate) async fn create_api_key(
    owner: Owner,
    service: web::Data<Service>,
    body: Json<NewApiKey>,
) -> Result<HttpResponse, ApiError> {
    let name = body.name.trim().to_owned();
    let scopes = body.scopes.clone().unwrap_or_else(|| Scope::DEFAULT.to_vec());
    let mut errors: Vec<_> = field::chars("name", &name, 1..=100).into_iter().collect();
    errors.extend(field::within("scopes", &scopes.len(), &(1..=4)));
    if !errors.is_empty() {
        return Err(ApiError::invalid(errors));
    }
    let secret = ApiKeySecret::generate()?;
    let at = service.clock.now();
    let stored = owner.tenant.create_api_key(Stored {
        api_key_id: ApiKeyId::from_uuid(service.dice.id(at)),
        name,
        prefix: secret.prefix().to_owned(),
        hash: secret.hash(),
        scopes: scopes.iter().map(ToString::to_string).collect(),
        by: owner.caller.user_id(),
        at,
    });
    let stored = stored.await?;
    owner.did(&service, Deed::ApiKeyCreated(stored.api_key_id)).await;
    let key = ApiKey::from(stored);
    Ok(HttpResponse::Created().json(CreatedApiKey { key, secret: secret.reveal().to_owned() }))
}
