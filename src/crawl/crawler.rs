//! The port's implementation: one page, its redirects followed by hand, no host asked too often.

use std::time::Duration;

use aihio_actors::model::Validators;
use aihio_actors::ports::{CrawlRefusal, Crawler, Fetched, Indexing, Page, PortError, Raw};
use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED,
    LOCATION,
};
use tokio::time::Instant;
use url::Url;

use super::client::{Beyond, BodyLimit, HttpRefusal, SafeHttp, SafeRequest, SafeResponse};
use super::guard::Guard;
use super::manners::{Manners, Politeness};
use super::robots_cache::RobotsCache;
use super::{PORT, PRODUCT};

/// What we can read, and what we like best.
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "text/html, application/xhtml+xml, text/markdown;q=0.9, application/pdf;q=0.8, text/plain;q=0.8, */*;q=0.1",
);

/// The header by which a site speaks to crawlers of one page.
const ROBOTS_TAG: &str = "x-robots-tag";
/// The longest entity tag or date that is kept, in bytes.
const VALIDATOR_BYTES_MAX: usize = 256;

/// The bounds of fetching one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrawlLimits {
    /// The largest page in bytes, after decompression.
    pub page_bytes_max: u64,
    /// Redirects that are followed.
    pub redirects_max: usize,
    /// The longest time for all of it: robots.txt, redirects and the page, without the wait for a host's leave.
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
    manners: Manners,
}

impl WebCrawler {
    /// A crawler that goes where the guard lets it.
    ///
    /// # Errors
    /// As [`SafeHttp::new`].
    pub fn new(guard: Guard, limits: CrawlLimits, politeness: Politeness) -> Result<Self, rustls::Error> {
        let http = SafeHttp::new(guard, limits.deadline)?;
        Ok(Self { http, limits, robots: RobotsCache::default(), manners: Manners::new(politeness) })
    }

    async fn follow(&self, url: &str, known: &Validators) -> Result<Fetched, CrawlRefusal> {
        let mut url = Url::parse(url).map_err(|_| CrawlRefusal::AddressRefused)?;
        let mut budget = Budget { left: self.limits.deadline };
        for hop in 0..=self.limits.redirects_max {
            url.set_fragment(None);
            let rules = budget.spend(self.robots.check(&self.http, &url)).await?;
            let turn =
                self.manners.enter(&url, rules.crawl_delay()).await.map_err(CrawlRefusal::Unreachable)?;
            // What is known was given for the first address, not for where it leads.
            let known = Some(known).filter(|_| hop == 0);
            let response = budget.spend(self.get(&url, known)).await?;
            drop(turn);
            self.manners.heed(&url, response.status.as_u16(), &response.headers);
            match redirect_target(&url, &response) {
                Some(target) => url = target,
                None if response.status.is_success() => return Ok(Fetched::Page(page(&url, response))),
                None if response.status == StatusCode::NOT_MODIFIED && known.is_some_and(is_some) => {
                    return Ok(Fetched::Unchanged);
                }
                None => return Err(CrawlRefusal::Status(response.status.as_u16())),
            }
        }
        Err(CrawlRefusal::TooManyRedirects)
    }

    async fn get(&self, url: &Url, known: Option<&Validators>) -> Result<SafeResponse, CrawlRefusal> {
        let mut request = SafeRequest::get(url.clone());
        request.headers.insert(ACCEPT, ACCEPTED);
        if let Some(known) = known {
            let conditions = [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)];
            for (name, value) in conditions {
                let value = value.as_ref().and_then(|value| HeaderValue::from_str(value).ok());
                value.map(|value| request.headers.insert(name, value));
            }
        }
        let limit = BodyLimit { bytes_max: self.limits.page_bytes_max, beyond: Beyond::Refuse };
        self.http.send(request, limit).await.map_err(refusal)
    }
}

#[async_trait]
impl Crawler for WebCrawler {
    async fn fetch(&self, url: &str, known: &Validators) -> Result<Fetched, CrawlRefusal> {
        self.follow(url, known).await
    }

    async fn sitemaps(&self, url: &str) -> Result<Vec<String>, CrawlRefusal> {
        let url = Url::parse(url).map_err(|_| CrawlRefusal::AddressRefused)?;
        let mut budget = Budget { left: self.limits.deadline };
        let rules = budget.spend(self.robots.rules(&self.http, &url)).await?;
        Ok(rules.sitemaps().to_vec())
    }
}

/// The time that is left for a page. Waiting for a host's leave costs none of it.
struct Budget {
    left: Duration,
}

impl Budget {
    async fn spend<T>(
        &mut self,
        work: impl Future<Output = Result<T, CrawlRefusal>>,
    ) -> Result<T, CrawlRefusal> {
        let began = Instant::now();
        let outcome = tokio::time::timeout(self.left, work).await;
        self.left = self.left.saturating_sub(began.elapsed());
        outcome.unwrap_or_else(|elapsed| Err(CrawlRefusal::Unreachable(PortError::transient(PORT, elapsed))))
    }
}

fn is_some(known: &Validators) -> bool {
    known.etag.is_some() || known.last_modified.is_some()
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
    let header = |name| response.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let short = |name| header(name).filter(|value| value.len() <= VALIDATOR_BYTES_MAX).map(str::to_owned);
    Page {
        url: url.to_string(),
        validators: Validators { etag: short(ETAG), last_modified: short(LAST_MODIFIED) },
        indexing: indexing(&response.headers),
        raw: Raw {
            filename: filename.to_owned(),
            content_type: header(CONTENT_TYPE).unwrap_or_default().to_owned(),
            bytes: response.body,
        },
    }
}

/// What `X-Robots-Tag` says to everybody and to us.
fn indexing(headers: &HeaderMap) -> Indexing {
    let values = headers.get_all(ROBOTS_TAG).iter().filter_map(|value| value.to_str().ok());
    let words = values.filter_map(|value| {
        let value = value.to_ascii_lowercase();
        match value.split_once(':') {
            Some((agent, words)) => (agent.trim() == PRODUCT).then(|| words.to_owned()),
            None => Some(value),
        }
    });
    let forbids = |words: String| words.split(',').any(|word| matches!(word.trim(), "noindex" | "none"));
    if words.into_iter().any(forbids) { Indexing::Forbidden } else { Indexing::Allowed }
}

#[cfg(test)]
mod tests;
