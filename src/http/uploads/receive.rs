//! `PUT /v1/uploads/{upload_id}`: takes the announced bytes.

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, put, web};
use aihio_actors::model::{AccountId, UploadId};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use crate::blobs::UploadTerms;
use crate::error::{ApiError, ErrorCode, Problem};
use crate::http::path::path_part;
use crate::http::service::Service;

/// Send a file
///
/// The address, as announced, is its own permission: size and type have to be those that were announced.
#[utoipa::path(tag = "knowledge", security(()),
    params(
        ("account" = uuid::Uuid, Query, description = "As in the address that was given."),
        ("expires" = i64, Query, description = "As in the address that was given."),
        ("signature" = String, Query, description = "As in the address that was given."),
    ),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses(
        (status = 204, description = "Kept."),
        (status = 403, description = "The address is forged, expired, or for another file.", body = Problem),
        (status = 413, description = "More bytes than announced.", body = Problem),
    ),
)]
#[put("/v1/uploads/{upload_id}")]
pub(crate) async fn receive_upload(
    request: HttpRequest,
    service: web::Data<Service>,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    let upload_id: UploadId = path_part(&request, "upload_id")?;
    let account: AccountId = account_in(request.query_string()).ok_or_else(ApiError::not_found)?;
    let upload = service.store.tenant(account).upload(upload_id).await?.ok_or_else(ApiError::not_found)?;
    let terms = terms(&request, upload_id, upload.size)?;
    service
        .upload_signer
        .verify(terms, request.query_string(), service.clock.now())
        .map_err(|refusal| ApiError::new(ErrorCode::Forbidden, refusal.to_string()))?;
    let bytes = read_exactly(payload, upload.size).await?;
    service.blobs.put(&upload.blob_key, bytes).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The upload as it really comes: by its own headers, or by the announced size where it comes in chunks.
fn terms(request: &HttpRequest, upload_id: UploadId, announced: u64) -> Result<UploadTerms<'_>, ApiError> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let size = match text(CONTENT_LENGTH) {
        Some(length) => length.parse().map_err(|_| wrong_size(announced))?,
        None => announced,
    };
    Ok(UploadTerms { upload_id, size, content_type: text(CONTENT_TYPE).unwrap_or_default() })
}

fn account_in(query: &str) -> Option<AccountId> {
    query.split('&').find_map(|pair| pair.strip_prefix("account="))?.parse().ok()
}

/// Reads the body, never more of it than was announced.
async fn read_exactly(mut payload: web::Payload, size: u64) -> Result<Bytes, ApiError> {
    let size = usize::try_from(size).map_err(|_| wrong_size(size))?;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| ApiError::new(ErrorCode::BadRequest, "The file broke off. Send it again."))?;
        if bytes.len() + chunk.len() > size {
            return Err(wrong_size(size as u64));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.len() < size {
        let detail = format!("{} of {size} bytes came. Send the file again.", bytes.len());
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    Ok(bytes.freeze())
}

fn wrong_size(announced: u64) -> ApiError {
    let detail =
        format!("The file was announced with {announced} bytes. Announce it again with its real size.");
    ApiError::new(ErrorCode::PayloadTooLarge, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::FromRequest as _;
    use actix_web::test::TestRequest;

    async fn read(body: &'static [u8], size: u64) -> Result<Bytes, ErrorCode> {
        let (request, mut payload) = TestRequest::put().set_payload(body).to_http_parts();
        let payload = web::Payload::from_request(&request, &mut payload).await.unwrap();
        read_exactly(payload, size).await.map_err(|error| error.code)
    }

    #[actix_web::test]
    async fn exactly_the_announced_bytes_are_taken() {
        assert_eq!(read(b"hello", 5).await, Ok(Bytes::from_static(b"hello")));
        assert_eq!(read(b"hello", 4).await, Err(ErrorCode::PayloadTooLarge));
        assert_eq!(read(b"hello", 6).await, Err(ErrorCode::BadRequest));
    }

    #[test]
    fn the_account_is_read_from_the_address() {
        let id = "0192f3a0-0000-7000-8000-000000000001";
        assert_eq!(account_in(&format!("account={id}&expires=1&signature=x")), id.parse().ok());
        assert_eq!(account_in("expires=1"), None);
    }
}
