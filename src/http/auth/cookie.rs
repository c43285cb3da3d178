//! The dashboard's cookie.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::http::caller::COOKIE;
use crate::http::service::HttpOptions;

/// A cookie that holds an access token for so many seconds. Scripts can't read it, other sites can't send it
/// along with anything but a link, and over https it never leaves https.
pub(super) fn cookie(options: &HttpOptions, token: String, seconds: i64) -> Cookie<'static> {
    Cookie::build(COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(options.public_url.scheme() == "https")
        .max_age(Duration::seconds(seconds))
        .finish()
}
