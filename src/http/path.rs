//! Parts of the path: an id that can't be read is one that doesn't exist.

use std::str::FromStr;

use actix_web::HttpRequest;

use crate::error::ApiError;

/// The named part of the path, as a value of its type.
///
/// # Errors
/// `not_found` when it is no such value.
pub(super) fn path_part<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, ApiError> {
    request.match_info().get(name).and_then(|part| part.parse().ok()).ok_or_else(ApiError::not_found)
}
