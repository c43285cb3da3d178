//! `DELETE /v1/uploads/{upload_id}/parts`: a file in parts is given up.

use actix_web::{HttpResponse, delete, web};

use super::parts::in_parts;
use crate::error::{ApiError, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedUpload;
use crate::http::service::Service;

/// Give up a file in parts
///
/// What was sent of it is forgotten. Files that nobody gives up are forgotten after a day.
#[utoipa::path(tag = "knowledge", responses(
    (status = 204, description = "Forgotten."),
    (status = 409, description = "This file is sent whole.", body = Problem),
))]
#[delete("/v1/uploads/{upload_id}/parts")]
pub(crate) async fn abort_parts(
    owned: OwnedUpload<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let intake = in_parts(&service)?;
    if let Some(parts_id) = &owned.upload.parts_id {
        intake.abort(&owned.upload.blob_key, parts_id).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
