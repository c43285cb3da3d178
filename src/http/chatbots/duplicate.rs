//! `POST /v1/chatbots/{chatbot_id}/duplicate`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::create::store_new;
use super::view::Chatbot;
use crate::error::ApiError;
use crate::http::json::OptionalJson;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;

/// How the copy differs.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Duplicate {
    /// The copy's name; the original's with "(copy)" when left out.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
}

/// Duplicate a chatbot
///
/// Makes a chatbot with the same configuration. What the original has read is not copied.
#[utoipa::path(tag = "chatbots", request_body(content = Option<Duplicate>), responses(
    (status = 201, description = "The copy.", body = Chatbot),
))]
#[post("/v1/chatbots/{chatbot_id}/duplicate")]
pub(crate) async fn duplicate_chatbot(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: OptionalJson<Duplicate>,
) -> Result<HttpResponse, ApiError> {
    let mut config = owned.chatbot.record.config;
    config.name = body.0.name.unwrap_or_else(|| copy_of(&config.name));
    let created = store_new(&owned.member, &service, config).await?;
    Ok(HttpResponse::Created().json(Chatbot::shown_to(&owned.member.caller, &service, created)))
}

/// The original's name, cut where the addition would make it too long.
fn copy_of(name: &str) -> String {
    let kept: String = name.chars().take(93).collect();
    format!("{kept} (copy)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copys_name_is_never_too_long() {
        assert_eq!(copy_of("Guide"), "Guide (copy)");
        assert_eq!(copy_of(&"ä".repeat(100)).chars().count(), 100);
    }
}
