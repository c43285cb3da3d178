//! `POST /v1/chatbots/{chatbot_id}/uploads`: announces a file and gets an address to send it to.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::time::Duration;

use actix_web::{HttpResponse, post, web};
use aihio_actors::model::{AccountId, FileHash, NoFileHash, UploadId};
use aihio_actors::ports::BlobKey;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::blobs::{Announced, Permission};
use crate::error::{ApiError, ErrorCode, Problem};
use crate::http::field;
use crate::http::json::Json;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::plan::{period, room_for_text};
use crate::http::service::Service;
use crate::store::NewUpload as Stored;

/// How long an address is good for.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// A file that is announced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUpload {
    /// Its name, for people.
    #[schema(min_length = 1, max_length = 255, example = "handbook.pdf")]
    filename: String,
    /// Its media type. The content decides what it is read as.
    #[schema(min_length = 3, max_length = 127, example = "application/pdf")]
    content_type: String,
    /// Its size in bytes, exactly.
    #[schema(minimum = 1)]
    size: u64,
    /// The SHA-256 of its bytes, in hexadecimal digits: what arrives is held against it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 64, max_length = 64)]
    sha256: Option<String>,
}

/// Where to send the file.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnnouncedUpload {
    /// Name it when making the source.
    #[schema(value_type = uuid::Uuid)]
    upload_id: UploadId,
    /// Send the bytes here; the address is its own permission.
    #[schema(format = "uri")]
    url: String,
    /// By this method.
    method: &'static str,
    /// With these headers, and `Content-Length` as announced.
    headers: BTreeMap<String, String>,
    /// Until then.
    expires_at: DateTime<Utc>,
    /// For a large file: the size of the parts that it is better sent in, after `POST /v1/uploads/{upload_id}/parts`.
    #[schema(value_type = Option<u64>)]
    part_bytes: Option<NonZeroU64>,
}

/// Announce a file
///
/// Then send it to `url` and make a source of it.
#[utoipa::path(tag = "knowledge", responses(
    (status = 201, description = "Announced.", body = AnnouncedUpload),
    (status = 402, description = "The plan takes no files of this size, or no more text.", body = Problem),
    (status = 413, description = "The server takes no files of this size.", body = Problem),
))]
#[post("/v1/chatbots/{chatbot_id}/uploads")]
pub(crate) async fn create_upload(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: Json<NewUpload>,
) -> Result<HttpResponse, ApiError> {
    let NewUpload { filename, content_type, size, sha256 } = check(body.0)?;
    let sha256 = sha256.map(|text| text.parse()).transpose();
    let sha256: Option<FileHash> = sha256.map_err(|error: NoFileHash| wrong_hash(&error))?;
    let account_id = owned.member.caller.account_id;
    check_size(&service, account_id, size).await?;
    let at = service.clock.now();
    let (upload_id, expires_at) = (UploadId::from_uuid(service.dice.id(at)), at + LIFETIME);
    let key = BlobKey(format!("uploads/{account_id}/{upload_id}"));
    let file = Announced { upload_id, account_id, key, size, content_type, sha256, at, expires_at };
    let Permission { url, headers } = service.intake.permit(&file).await?;
    let part_bytes = service.intake.in_parts().and_then(|parts| parts.part_bytes(size));
    let stored = Stored {
        upload_id,
        chatbot_id: owned.id(),
        filename,
        content_type: file.content_type,
        size,
        sha256,
        blob_key: file.key,
        expires_at,
        at,
    };
    owned.member.tenant.create_upload(stored).await?;
    let announced = AnnouncedUpload { upload_id, url, method: "PUT", headers, expires_at, part_bytes };
    Ok(HttpResponse::Created().json(announced))
}

fn wrong_hash(error: &NoFileHash) -> ApiError {
    ApiError::invalid_field("sha256", error.to_string())
}

fn check(body: NewUpload) -> Result<NewUpload, ApiError> {
    let filename = body.filename.trim().to_owned();
    let mut errors: Vec<_> = field::chars("filename", &filename, 1..=255).into_iter().collect();
    errors.extend(field::chars("content_type", &body.content_type, 3..=127));
    if !is_media_type(&body.content_type) {
        errors.push(crate::error::FieldError::new(
            "content_type",
            "Give a media type such as application/pdf.",
        ));
    }
    errors.extend(field::within("size", &body.size, &(1..=u64::MAX)));
    if errors.is_empty() { Ok(NewUpload { filename, ..body }) } else { Err(ApiError::invalid(errors)) }
}

/// A media type that can stand in a header as it is.
fn is_media_type(text: &str) -> bool {
    let printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    printable && text.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty())
}

async fn check_size(service: &Service, account: AccountId, size: u64) -> Result<(), ApiError> {
    let server = service.options.upload_bytes_max;
    if size > server {
        let detail = format!("Files may have {server} bytes. Split it and upload the parts.");
        return Err(ApiError::new(ErrorCode::PayloadTooLarge, detail));
    }
    let plan = period(service, account).await?.plan;
    match plan.upload_bytes {
        Some(limit) if size > limit => Err(ApiError::plan_limit("bytes in one file", limit)),
        // How much text there is in it shows when it is read.
        Some(_) | None => room_for_text(service, account, (plan.stored_bytes, 1)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_could_split_a_header_is_refused() {
        let new = |content_type: &str| NewUpload {
            filename: "a.pdf".into(),
            content_type: content_type.into(),
            size: 1,
            sha256: None,
        };
        assert!(check(new("application/pdf")).is_ok());
        assert!(check(new("text/plain; charset=utf-8")).is_ok());
        for wrong in ["pdf", "/pdf", "text/", "text/plain\r\nx: y"] {
            assert!(check(new(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        let new =
            NewUpload { filename: "a".into(), content_type: "text/plain".into(), size: 0, sha256: None };
        assert_eq!(check(new).err().unwrap().fields[0].field, "size");
    }
}
