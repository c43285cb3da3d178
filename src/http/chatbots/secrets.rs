//! `/v1/chatbots/{chatbot_id}/secrets`: what a chatbot's tools send and nobody is shown again.

use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::http::deed::Deed;
use crate::http::json::Json;
use crate::http::member::{Read, Write};
use crate::http::owned::OwnedChatbot;
use crate::http::path::path_part;
use crate::http::service::Service;
use crate::store::{Existence, SecretName};

/// Most secrets of a chatbot.
const SECRETS_MAX: usize = 32;
/// The shortest secret: what a tool says back is searched for it, and a shorter one would be found everywhere.
const SECRET_BYTES_MIN: usize = 8;
/// The longest secret: a header's worth.
const SECRET_BYTES_MAX: usize = 4_096;

/// The secrets of a chatbot, by name.
#[derive(Serialize, ToSchema)]
pub(crate) struct Secrets {
    /// In the order of their names.
    items: Vec<Secret>,
}

/// A secret. Its value is not shown to anybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct Secret {
    /// What the configuration calls it.
    name: String,
    /// When it was last set.
    updated_at: DateTime<Utc>,
}

/// The value of a secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSecret {
    /// What is sent: printable ASCII.
    #[schema(value_type = String, min_length = 8, max_length = 4096, write_only)]
    value: SecretString,
}

/// List the secrets
#[utoipa::path(tag = "chatbots", responses((status = 200, description = "Their names.", body = Secrets)))]
#[get("/v1/chatbots/{chatbot_id}/secrets")]
pub(crate) async fn list_secrets(owned: OwnedChatbot<Read>) -> Result<HttpResponse, ApiError> {
    let secrets = owned.member.tenant.chatbot_secrets(owned.id()).await?;
    Ok(HttpResponse::Ok().json(Secrets { items: secrets.into_iter().map(Secret::from).collect() }))
}

/// Set a secret
///
/// Headers of tools name it. It is kept sealed, beside the configuration, and can be replaced but not read.
#[utoipa::path(tag = "chatbots", request_body = NewSecret, responses((status = 204, description = "It is set.")))]
#[put("/v1/chatbots/{chatbot_id}/secrets/{name}")]
pub(crate) async fn set_secret(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    request: HttpRequest,
    body: Json<NewSecret>,
) -> Result<HttpResponse, ApiError> {
    let name: String = path_part(&request, "name")?;
    let (id, tenant, value) = (owned.id(), &owned.member.tenant, body.0.value.expose_secret());
    let flaws: Vec<FieldError> = flaws(&name, value).collect();
    if !flaws.is_empty() {
        return Err(ApiError::invalid(flaws));
    }
    let known = tenant.chatbot_secrets(id).await?;
    if known.len() >= SECRETS_MAX && !known.iter().any(|secret| secret.name == name) {
        return Err(ApiError::conflict(format!(
            "A chatbot has at most {SECRETS_MAX} secrets. Delete one first."
        )));
    }
    let sealed = service.seal.seal(value.as_bytes()).map_err(ApiError::internal)?;
    tenant.save_chatbot_secret(id, (&name, sealed), service.clock.now()).await?;
    service.tools.forget(id);
    owned.member.did(&service, Deed::ChatbotSecretChanged(id)).await;
    Ok(HttpResponse::NoContent().finish())
}

/// Delete a secret
///
/// Tools whose headers name it can't be called from then on.
#[utoipa::path(tag = "chatbots", responses((status = 204, description = "It is gone.")))]
#[delete("/v1/chatbots/{chatbot_id}/secrets/{name}")]
pub(crate) async fn delete_secret(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = (owned.id(), path_part::<String>(&request, "name")?);
    if owned.member.tenant.delete_chatbot_secret(id, &name).await? == Existence::Absent {
        return Err(ApiError::not_found());
    }
    service.tools.forget(id);
    owned.member.did(&service, Deed::ChatbotSecretChanged(id)).await;
    Ok(HttpResponse::NoContent().finish())
}

fn flaws(name: &str, value: &str) -> impl Iterator<Item = FieldError> {
    let is_letter = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'_';
    let named = (1..=64).contains(&name.len()) && name.bytes().all(is_letter);
    let name =
        (!named).then(|| FieldError::new("name", "Give 1 to 64 small letters, digits and underscores."));
    let is_sendable = |letter: u8| letter == b' ' || letter.is_ascii_graphic();
    let sendable = (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&value.len())
        && value.bytes().all(is_sendable)
        && value.trim() == value;
    let value = (!sendable).then(|| {
        FieldError::new("value", "Give 8 to 4096 printable ASCII characters, without spaces around them.")
    });
    name.into_iter().chain(value)
}

impl From<SecretName> for Secret {
    fn from(SecretName { name, updated_at }: SecretName) -> Self {
        Self { name, updated_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_enough_to_be_found_and_fit_a_header() {
        let fields = |name, value| flaws(name, value).map(|flaw| flaw.field).collect::<Vec<_>>();
        assert_eq!(fields("shop_token", "sk-12345"), [""; 0]);
        assert_eq!(fields("Shop token", "sk-12345"), ["name"]);
        for value in ["short", "line\nend-of-it", " spaces-around ", "schlüssel-schlüssel"] {
            assert_eq!(fields("token", value), ["value"], "{value}");
        }
    }
}
