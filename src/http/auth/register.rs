//! `POST /v1/auth/register`: a person, with an account of their own.

use actix_web::{HttpRequest, HttpResponse, post, web};
use aihio_actors::model::{AccountId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{ApiError, ErrorCode, FieldError, Problem};
use crate::http::field;
use crate::http::json::Json;
use crate::http::service::{Registration, Service};
use crate::store::{NewUser, StoreError};

/// Who registers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRegistration {
    /// The name that colleagues and visitors see.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The address to sign in with.
    #[schema(format = "email", max_length = 254)]
    email: String,
    /// At least 8 characters; longer is better than stranger.
    #[schema(format = "password", min_length = 8, max_length = 256)]
    password: String,
}

/// Who registered.
#[derive(Serialize, ToSchema)]
pub(crate) struct Registered {
    /// The person.
    #[schema(value_type = uuid::Uuid)]
    user_id: UserId,
    /// The person's own account.
    #[schema(value_type = uuid::Uuid)]
    account_id: AccountId,
    /// The name.
    name: String,
    /// The address, as it was stored.
    email: String,
}

/// Register
///
/// Makes a user with an account of its own. Servers can switch this off.
#[utoipa::path(tag = "auth", security(()), responses(
    (status = 201, description = "Registered; sign in next.", body = Registered),
    (status = 403, description = "Registration is closed.", body = Problem),
    (status = 409, description = "The e-mail is taken.", body = Problem),
))]
#[post("/v1/auth/register")]
pub(crate) async fn register(
    request: HttpRequest,
    service: web::Data<Service>,
    body: Json<NewRegistration>,
) -> Result<HttpResponse, ApiError> {
    if service.options.registration == Registration::Closed {
        let detail = "This server takes no registrations. Ask its operator for an account.";
        return Err(ApiError::new(ErrorCode::RegistrationClosed, detail));
    }
    let new = check(body.0)?;
    service.limits.registration(service.options.trusted_proxies.client_of(&request).address())?;
    let password_hash = Some(service.passwords.hash(new.password).await?);
    let at = service.clock.now();
    let (user_id, account_id) =
        (UserId::from_uuid(service.dice.id(at)), AccountId::from_uuid(service.dice.id(at)));
    let (name, email, account_name) = (new.name.clone(), new.email.clone(), new.name.clone());
    let user = NewUser { user_id, account_id, account_name, name, email, password_hash, at };
    service.store.register(user).await.map_err(taken)?;
    let registered = Registered { user_id, account_id, name: new.name, email: new.email };
    Ok(HttpResponse::Created().json(registered))
}

fn taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict("email") => {
            ApiError::conflict("There is a user with this e-mail. Sign in instead.")
        }
        other => other.into(),
    }
}

fn check(body: NewRegistration) -> Result<NewRegistration, ApiError> {
    let name = body.name.trim().to_owned();
    let email = body.email.trim().to_lowercase();
    let mut errors: Vec<FieldError> = Vec::new();
    errors.extend(field::chars("name", &name, 1..=100));
    errors.extend(field::email("email", &email));
    errors.extend(field::chars("password", &body.password, 8..=256));
    if errors.is_empty() {
        Ok(NewRegistration { name, email, ..body })
    } else {
        Err(ApiError::invalid(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration(email: &str, password: &str) -> NewRegistration {
        NewRegistration { name: " Ada ".into(), email: email.into(), password: password.into() }
    }

    #[test]
    fn names_and_addresses_are_tidied() {
        let checked = check(registration(" Ada@Example.COM ", "correct horse")).ok().unwrap();
        assert_eq!((checked.name.as_str(), checked.email.as_str()), ("Ada", "ada@example.com"));
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let error = check(registration("nobody", "short")).err().unwrap();
        let fields: Vec<&str> = error.fields.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["email", "password"]);
    }
}
