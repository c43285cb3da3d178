//! `POST /v1/uploads/{upload_id}/complete`: the parts are all there.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::parts::in_parts;
use crate::blobs::Completion;
use crate::error::{ApiError, Problem};
use crate::http::json::Json;
use crate::http::member::Write;
use crate::http::owned::OwnedUpload;
use crate::http::service::Service;

/// The parts that were sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SentParts {
    /// The `ETag` that was answered to each part, in order.
    #[schema(min_items = 1, max_items = 10000)]
    etags: Vec<String>,
}

/// Put a file's parts together
#[utoipa::path(tag = "knowledge", responses(
    (status = 204, description = "They are one file now. Make a source of it."),
    (status = 409, description = "This file is sent whole.", body = Problem),
    (status = 422, description = "A part is missing or is another than was named.", body = Problem),
))]
#[post("/v1/uploads/{upload_id}/complete")]
pub(crate) async fn complete_parts(
    owned: OwnedUpload<Write>,
    service: web::Data<Service>,
    body: Json<SentParts>,
) -> Result<HttpResponse, ApiError> {
    let intake = in_parts(&service)?;
    let refused = |why: &str| ApiError::invalid_field("etags", why);
    let parts_id = owned.upload.parts_id.as_deref().ok_or_else(|| refused("No parts were begun."))?;
    if body.etags.is_empty() {
        return Err(refused("Name the tag of each part."));
    }
    match intake.complete(&owned.upload.blob_key, parts_id, &body.etags).await? {
        Completion::Whole => Ok(HttpResponse::NoContent().finish()),
        Completion::Refused => {
            Err(refused("A part is missing, or is another than its tag says. Send it again."))
        }
    }
}
