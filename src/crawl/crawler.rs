//! The port's implementation: one page, its redirects followed by hand.

use std::time::Duration;

use aihio_actors::ports::{CrawlRefusal, Crawler, Page, PortError, Raw};
use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use url::Url;

use super::PORT;
use super::client::{Beyond, BodyLimit, HttpRefusal, SafeHttp, SafeRequest, SafeResponse};
use super::guard::Guard;
use super::robots_cache::RobotsCache;

/// What we can read, and what we like best.
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "text/html, application/xhtml+xml, text/markdown;q=0.9, application/pdf;q=0.8, text/plain;q=0.8, */*;q=0.1",
);

/// The bounds of fetching one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrawlLimits {
    /// The largest page in bytes, after decompression.
    pub page_bytes_max: u64,
    /// Redirects that are followed.
    pub redirects_max: usize,
    /// The longest time for all of it: robots.txt, redirects and the page.
    pub deadline: Duration,
}

impl Default for CrawlLimits {
    fn default() -> Self {
        Self { page_bytes_max: 10 << 20, redirects_max: 5, deadline: Duration::from_secs(10) }
    }
}

/// Fetches pages of the public web.
pub struct WebCrawler {
    http: SafeHttp,
    limits: CrawlLimits,
    robots: RobotsCache,
}

impl WebCrawler {
    /// A crawler that goes where the guard lets it.
    ///
    /// # Errors
    /// As [`SafeHttp::new`].
    pub fn new(guard: Guard, limits: CrawlLimits) -> Result<Self, rustls::Error> {
        Ok(Self { http: SafeHttp::new(guard, limits.deadline)?, limits, robots: RobotsCache::default() })
    }

    async fn follow(&self, url: &str) -> Result<Page, CrawlRefusal> {
        let mut url = Url::parse(url).map_err(|_| CrawlRefusal::AddressRefused)?;
        for _ in 0..=self.limits.redirects_max {
            url.set_fragment(None);
            self.robots.check(&self.http, &url).await?;
            let response = self.get(&url).await?;
            match redirect_target(&url, &response) {
                Some(target) => url = target,
                None if response.status.is_success() => return Ok(page(&url, response)),
                None => return Err(CrawlRefusal::Status(response.status.as_u16())),
            }
        }
        Err(CrawlRefusal::TooManyRedirects)
    }

    async fn get(&self, url: &Url) -> Result<SafeResponse, CrawlRefusal> {
        let mut request = SafeRequest::get(url.clone());
        request.headers.insert(ACCEPT, ACCEPTED);
        let limit = BodyLimit { bytes_max: self.limits.page_bytes_max, beyond: Beyond::Refuse };
        self.http.send(request, limit).await.map_err(refusal)
    }
}

#[async_trait]
impl Crawler for WebCrawler {
    async fn fetch(&self, url: &str) -> Result<Page, CrawlRefusal> {
        match tokio::time::timeout(self.limits.deadline, self.follow(url)).await {
            Ok(outcome) => outcome,
            Err(elapsed) => Err(CrawlRefusal::Unreachable(PortError::transient(PORT, elapsed))),
        }
    }
}

/// Where a response sends us, if it does.
pub(super) fn redirect_target(from: &Url, response: &SafeResponse) -> Option<Url> {
    if !matches!(response.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    from.join(response.headers.get(LOCATION)?.to_str().ok()?).ok()
}

/// A failed exchange in the port's words.
pub(super) fn refusal(refusal: HttpRefusal) -> CrawlRefusal {
    match refusal {
        HttpRefusal::AddressRefused => CrawlRefusal::AddressRefused,
        HttpRefusal::TooLarge(bytes_max) => CrawlRefusal::TooLarge(bytes_max),
        HttpRefusal::Unreachable(fault) => CrawlRefusal::Unreachable(fault),
    }
}

fn page(url: &Url, response: SafeResponse) -> Page {
    let filename = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let content_type =
        response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Page {
        url: url.to_string(),
        raw: Raw {
            bytes: response.body,
            filename: filename.to_owned(),
            content_type: content_type.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
