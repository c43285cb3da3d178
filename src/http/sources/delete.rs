//! `DELETE /v1/sources/{source_id}`.

use actix_web::{HttpResponse, delete, web};
use aihio_actors::model::JobKind;
use aihio_actors::ports::BlobKey;

use crate::error::ApiError;
use crate::http::deed::Deed;
use crate::http::member::Write;
use crate::http::owned::OwnedSource;
use crate::http::service::Service;

/// Delete a source
///
/// From the next message on it is neither found nor cited.
#[utoipa::path(tag = "knowledge", responses((status = 204, description = "Deleted.")))]
#[delete("/v1/sources/{source_id}")]
pub(crate) async fn delete_source(
    owned: OwnedSource<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let source = owned.source;
    if !source.state.is_final() {
        // A job that runs on would store passages of a source that is gone. One that has just ended can't be
        // cancelled, which is as good.
        let _ = service.engine.cancel_job(source.job_id).await;
    }
    owned.member.tenant.delete_source(source.source_id).await?;
    service.engine.knowledge_changed(source.chatbot_id);
    owned.member.did(&service, Deed::SourceDeleted(source.source_id)).await;
    if let JobKind::File { blob_key, .. } = source.kind {
        service.blobs.delete(&BlobKey(blob_key)).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
