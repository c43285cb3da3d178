//! Requests that no route takes: an unknown path is told from a known one with another method.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::openapi::openapi;
use crate::error::{ApiError, ErrorCode};

/// A documented path and the methods it has.
struct Known {
    pattern: ResourceDef,
    methods: Vec<&'static str>,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let paths = openapi().paths.paths.into_iter();
    paths
        .map(|(path, item)| {
            let methods = [
                ("GET", item.get.is_some()),
                ("PUT", item.put.is_some()),
                ("POST", item.post.is_some()),
                ("DELETE", item.delete.is_some()),
                ("PATCH", item.patch.is_some()),
            ];
            let methods = methods.into_iter().filter(|(_, present)| *present).map(|(name, _)| name).collect();
            Known { pattern: ResourceDef::new(path), methods }
        })
        .collect()
});

/// Answers what no route takes.
pub(super) async fn unmatched(request: HttpRequest) -> HttpResponse {
    let Some(known) = KNOWN.iter().find(|known| known.pattern.is_match(request.path())) else {
        return HttpResponse::from_error(ApiError::not_found());
    };
    let allowed = known.methods.join(", ");
    let error = ApiError::new(ErrorCode::MethodNotAllowed, format!("This address takes {allowed}."));
    let mut response = HttpResponse::from_error(error);
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::Method;
    use actix_web::test::TestRequest;

    async fn answer(method: Method, path: &str) -> (u16, Option<HeaderValue>) {
        let request = TestRequest::with_uri(path).method(method).to_http_request();
        let response = unmatched(request).await;
        (response.status().as_u16(), response.headers().get(ALLOW).cloned())
    }

    #[actix_web::test]
    async fn a_known_path_names_its_methods() {
        let (status, allow) = answer(Method::PUT, "/v1/chatbots").await;
        assert_eq!((status, allow.unwrap().to_str().unwrap()), (405, "GET, POST"));
    }

    #[actix_web::test]
    async fn an_unknown_path_is_not_found() {
        assert_eq!(answer(Method::GET, "/v1/nothing").await, (404, None));
    }
}
