//! `POST /v1/uploads/{upload_id}/parts`: begins to send a large file in parts.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use actix_web::{HttpResponse, post, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::blobs::{Announced, PartsIntake};
use crate::error::{ApiError, ErrorCode, Problem};
use crate::http::member::Write;
use crate::http::owned::OwnedUpload;
use crate::http::service::Service;

/// How long the parts' addresses are good for: a large file takes its time.
const LIFETIME: Duration = Duration::from_secs(6 * 60 * 60);

/// Where to send the parts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnnouncedParts {
    /// The bytes of each part but the last.
    #[schema(value_type = u64)]
    part_bytes: NonZeroU64,
    /// In order. Keep the `ETag` that is answered to each.
    parts: Vec<Part>,
    /// Until then.
    expires_at: DateTime<Utc>,
}

/// A part of the file.
#[derive(Serialize, ToSchema)]
pub(crate) struct Part {
    /// Its number, from 1.
    number: u32,
    /// Send its bytes here by `PUT`; the address is its own permission.
    #[schema(format = "uri")]
    url: String,
    /// With these headers.
    headers: BTreeMap<String, String>,
}

/// Send a file in parts
///
/// For files whose announcement named `part_bytes`. Each part can be sent again by itself; name their tags when they are
/// all there. Beginning again forgets parts that were sent before.
#[utoipa::path(tag = "knowledge", responses(
    (status = 201, description = "Begun.", body = AnnouncedParts),
    (status = 409, description = "This file is sent whole.", body = Problem),
))]
#[post("/v1/uploads/{upload_id}/parts")]
pub(crate) async fn begin_parts(
    owned: OwnedUpload<Write>,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let OwnedUpload { member, upload } = owned;
    let intake = in_parts(&service)?;
    let part_bytes = intake.part_bytes(upload.size).ok_or_else(sent_whole)?;
    if let Some(before) = &upload.parts_id {
        intake.abort(&upload.blob_key, before).await?;
    }
    let at = service.clock.now();
    let file = Announced {
        upload_id: upload.upload_id,
        account_id: member.caller.account_id,
        key: upload.blob_key,
        size: upload.size,
        content_type: upload.content_type,
        sha256: upload.sha256,
        at,
        expires_at: at + LIFETIME,
    };
    let begun = intake.begin(&file).await?;
    member.tenant.parts_begun(file.upload_id, &begun.parts_id).await?;
    let parts = (1..).zip(begun.permissions);
    let parts = parts.map(|(number, part)| Part { number, url: part.url, headers: part.headers }).collect();
    Ok(HttpResponse::Created().json(AnnouncedParts { part_bytes, parts, expires_at: file.expires_at }))
}

/// The store's way for parts.
///
/// # Errors
/// When it has none.
pub(super) fn in_parts(service: &Service) -> Result<&dyn PartsIntake, ApiError> {
    service.intake.in_parts().ok_or_else(sent_whole)
}

fn sent_whole() -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        "This file is sent whole: put it to the `url` that announcing it gave.",
    )
}
