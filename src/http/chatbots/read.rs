//! `GET /v1/chatbots/{chatbot_id}`.

use actix_web::{HttpResponse, get};

use super::view::Chatbot;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;

/// Show a chatbot
#[utoipa::path(tag = "chatbots", responses((status = 200, description = "The chatbot.", body = Chatbot)))]
#[get("/v1/chatbots/{chatbot_id}")]
pub(crate) async fn show_chatbot(owned: OwnedChatbot<Read>) -> HttpResponse {
    HttpResponse::Ok().json(Chatbot::from(owned.chatbot))
}
