//! `GET /v1/chatbots/{chatbot_id}`.

use actix_web::{HttpResponse, get, web};

use super::view::Chatbot;
use crate::http::member::Read;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;

/// Show a chatbot
#[utoipa::path(tag = "chatbots", responses((status = 200, description = "The chatbot.", body = Chatbot)))]
#[get("/v1/chatbots/{chatbot_id}")]
pub(crate) async fn show_chatbot(owned: OwnedChatbot<Read>, service: web::Data<Service>) -> HttpResponse {
    HttpResponse::Ok().json(Chatbot::shown_to(&owned.member.caller, &service, owned.chatbot))
}
