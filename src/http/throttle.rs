//! The limit by address, before anything else is done for a request.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::caller::bearer;
use super::service::Service;
use crate::auth::hash_api_key;

/// Probes and figures are asked for by the operator's own machinery.
const EXEMPT: [&str; 3] = ["/livez", "/readyz", "/metrics"];

/// Refuses addresses that ask too often. Requests with a key are counted by key instead; a key that proves wrong
/// is counted here after all, by [`authenticate`](super::caller::authenticate).
///
/// # Errors
/// Never one of its own.
pub(super) async fn throttle(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let keyed = bearer(request.request()).and_then(hash_api_key).is_some();
    if keyed || EXEMPT.contains(&request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let taken = Service::of(request.request()).map(|service| {
        let client = service.options.trusted_proxies.client_of(request.request());
        service.limits.address(client.address())
    });
    match taken {
        Err(error) => Ok(request.error_response(error)),
        Ok(Err(limited)) => Ok(request.error_response(crate::error::ApiError::from(limited))),
        Ok(Ok(allowed)) => {
            if let Some(allowed) = allowed {
                request.extensions_mut().insert(allowed);
            }
            Ok(next.call(request).await?.map_into_boxed_body())
        }
    }
}
