//! What browsers get, embedded: the files of `web/dist` as they are committed.

use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header as _, HeaderValue, IF_NONE_MATCH, IfNoneMatch,
};
use actix_web::web::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

/// One embedded file.
pub(super) struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    tag: String,
}

macro_rules! assets {
    ($($name:literal: $content_type:expr;)*) => {
        static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| vec![
            $(Asset::new($name, $content_type, include_bytes!(concat!("../../web/dist/", $name))),)*
        ]);
    };
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

assets! {
    "app.js": JAVASCRIPT;
    "dashboard.css": CSS;
    "dashboard.js": JAVASCRIPT;
    "demo.css": CSS;
    "demo.html": HTML;
    "demo.js": JAVASCRIPT;
    "docs.html": HTML;
    "docs.js": JAVASCRIPT;
    "index.html": HTML;
    "w.js": JAVASCRIPT;
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        let tag = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, bytes));
        Self { name, content_type, bytes, tag }
    }

    /// The file of that name. Names are compared, never joined to a path.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.name == name)
    }

    /// Whether it is a page of its own and not a part of one.
    pub(super) fn is_page(&self) -> bool {
        self.content_type == HTML
    }

    /// The response with the file, or without it where the browser has it already.
    pub(super) fn response(&self, request: &HttpRequest, cache_control: &'static str) -> HttpResponse {
        let etag = HeaderValue::from_str(&format!("\"{}\"", self.tag));
        let mut response = if self.is_known_to(request) {
            HttpResponse::NotModified().finish()
        } else {
            HttpResponse::Ok().body(Bytes::from_static(self.bytes))
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache_control));
        if let Ok(etag) = etag {
            headers.insert(ETAG, etag);
        }
        response
    }

    /// By weak comparison, as RFC 9110, 13.1.2 asks; a compressed copy counts as the same.
    fn is_known_to(&self, request: &HttpRequest) -> bool {
        if !request.headers().contains_key(IF_NONE_MATCH) {
            return false;
        }
        let tag = EntityTag::new_strong(self.tag.clone());
        match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
            Err(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn status(tag: Option<&str>) -> u16 {
        let mut request = TestRequest::default();
        if let Some(tag) = tag {
            request = request.insert_header((IF_NONE_MATCH, tag));
        }
        let asset = Asset::named("w.js").unwrap();
        asset.response(&request.to_http_request(), "no-cache").status().as_u16()
    }

    #[test]
    fn a_browser_that_has_the_file_gets_it_no_second_time() {
        let tag = &Asset::named("w.js").unwrap().tag;
        assert_eq!(status(None), 200);
        assert_eq!(status(Some("\"other\"")), 200);
        assert_eq!(status(Some(&format!("\"other\", W/\"{tag}\""))), 304);
        assert_eq!(status(Some(&format!("\"{tag}\""))), 304);
    }

    #[test]
    fn only_known_names_are_files() {
        for name in ["", "../../Cargo.toml", "..%2fCargo.toml", "w.js/", "W.JS"] {
            assert!(Asset::named(name).is_none(), "{name}");
        }
    }
}
