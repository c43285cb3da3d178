//! `PUT /v1/uploads/{upload_id}`: takes the announced bytes.

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, put, web};
use aihio_actors::model::{AccountId, UploadId};
use futures_util::StreamExt as _;

use crate::blobs::{IncomingFile, ReceiveFault, UploadTerms};
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
        (status = 400, description = "Fewer bytes than announced, or others.", body = Problem),
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
    let receiver = service.intake.receiver().ok_or_else(ApiError::not_found)?;
    let mut file = receiver.receive(&upload.blob_key, upload.size).await?;
    take_in(payload, &mut file, upload.size).await?;
    file.keep(upload.sha256.as_ref()).await.map_err(|fault| refusal(fault, upload.size))?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes in the body as it comes, never more of it than was announced.
async fn take_in(mut payload: web::Payload, file: &mut IncomingFile, announced: u64) -> Result<(), ApiError> {
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|_| ApiError::new(ErrorCode::BadRequest, "The file broke off. Send it again."))?;
        file.add(&chunk).await.map_err(|fault| refusal(fault, announced))?;
    }
    Ok(())
}

fn refusal(fault: ReceiveFault, announced: u64) -> ApiError {
    let bad = |detail: String| ApiError::new(ErrorCode::BadRequest, detail);
    match fault {
        ReceiveFault::TooLong => wrong_size(announced),
        ReceiveFault::TooShort(came) => {
            bad(format!("{came} of {announced} bytes came. Send the file again."))
        }
        ReceiveFault::OtherBytes => {
            bad("The bytes are not those whose SHA-256 was announced. Send the file again.".to_owned())
        }
        ReceiveFault::Store(error) => error.into(),
    }
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

fn wrong_size(announced: u64) -> ApiError {
    let detail =
        format!("The file was announced with {announced} bytes. Announce it again with its real size.");
    ApiError::new(ErrorCode::PayloadTooLarge, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_read_from_the_address() {
        let id = "0192f3a0-0000-7000-8000-000000000001";
        assert_eq!(account_in(&format!("account={id}&expires=1&signature=x")), id.parse().ok());
        assert_eq!(account_in("expires=1"), None);
    }
}
