//! `DELETE /v1/chatbots/{chatbot_id}`.

use std::sync::Arc;

use actix_web::{HttpResponse, delete, web};
use aihio_actors::ports::{BlobKey, Blobs};

use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;

/// Delete a chatbot
///
/// With all it has read and all its conversations. What it used stays counted.
#[utoipa::path(tag = "chatbots", responses((status = 204, description = "Deleted.")))]
#[delete("/v1/chatbots/{chatbot_id}")]
pub(crate) async fn delete_chatbot(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let sessions = owned.member.tenant.session_ids(owned.id()).await?;
    let files = owned.member.tenant.upload_keys(owned.id()).await?;
    owned.member.tenant.delete_chatbot(owned.id()).await?;
    service.engine.chatbot_changed(owned.id());
    actix_web::rt::spawn(service.engine.forget_sessions(sessions));
    actix_web::rt::spawn(forget_files(Arc::clone(&service.blobs), files));
    owned.member.did(&service, Deed::ChatbotDeleted(owned.id())).await;
    Ok(HttpResponse::NoContent().finish())
}

/// Nothing names the files any more, whether they can be forgotten at once or not.
async fn forget_files(blobs: Arc<dyn Blobs>, files: Vec<BlobKey>) {
    for file in files {
        if let Err(error) = blobs.delete(&file).await {
            tracing::error!(error = ?error, blob.key = file.0, "a file of a deleted chatbot is still in the store");
        }
    }
}
