//! Sites' robots.txt files, fetched at most once an hour each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aihio_actors::ports::CrawlRefusal;
use tokio::time::Instant;
use url::{Origin, Url};

use super::PRODUCT;
use super::client::{Beyond, BodyLimit, HttpRefusal, SafeHttp, SafeRequest};
use super::crawler::{redirect_target, refusal};
use super::robots::Rules;

/// How long a file counts. RFC 9309, section 2.4 allows a day.
const LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How much of a file is read. RFC 9309, section 2.5 asks for 500 KiB at least.
const FILE_LIMIT: BodyLimit = BodyLimit { bytes_max: 512 << 10, beyond: Beyond::CutOff };
/// How many redirects to a file are followed (RFC 9309, section 2.3.1.2).
const REDIRECTS_MAX: usize = 5;
/// Files kept at once; the one that runs out first makes room.
const SITES_MAX: usize = 1_000;

/// The rules of sites that were asked for lately.
#[derive(Default)]
pub(super) struct RobotsCache {
    sites: Mutex<HashMap<Origin, Entry>>,
}

#[derive(Clone)]
struct Entry {
    rules: Arc<Rules>,
    until: Instant,
}

impl RobotsCache {
    /// The rules of a site, if they let the page be read.
    ///
    /// # Errors
    /// When the site forbids it, or its rules can't be had for now: what is not known to be allowed is not read.
    pub(super) async fn check(&self, http: &SafeHttp, page: &Url) -> Result<Arc<Rules>, CrawlRefusal> {
        let rules = self.rules(http, page).await?;
        if rules.allow(page) { Ok(rules) } else { Err(CrawlRefusal::RobotsForbidden) }
    }

    /// The rules of a page's site.
    ///
    /// # Errors
    /// When they can't be had for now.
    pub(super) async fn rules(&self, http: &SafeHttp, page: &Url) -> Result<Arc<Rules>, CrawlRefusal> {
        let origin = page.origin();
        if let Some(rules) = self.find(&origin) {
            return Ok(rules);
        }
        let rules = Arc::new(fetch_rules(http, page).await?);
        self.keep(origin, Arc::clone(&rules));
        Ok(rules)
    }

    fn find(&self, origin: &Origin) -> Option<Arc<Rules>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        sites.get(origin).filter(|entry| entry.until > Instant::now()).map(|entry| Arc::clone(&entry.rules))
    }

    fn keep(&self, origin: Origin, rules: Arc<Rules>) {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= SITES_MAX {
            let first_out =
                sites.iter().min_by_key(|(_, entry)| entry.until).map(|(origin, _)| origin.clone());
            first_out.and_then(|origin| sites.remove(&origin));
        }
        sites.insert(origin, Entry { rules, until: Instant::now() + LIFETIME });
    }
}

/// Asks a page's site for its rules: a missing file allows everything, a site in trouble nothing (RFC 9309,
/// section 2.3.1).
async fn fetch_rules(http: &SafeHttp, page: &Url) -> Result<Rules, CrawlRefusal> {
    let mut url = page.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url.set_fragment(None);
    for hop in 0..=REDIRECTS_MAX {
        let response = match http.send(SafeRequest::get(url.clone()), FILE_LIMIT).await {
            // The site sends us somewhere we don't go; its rules stay unknown, and the page's own address is public.
            Err(HttpRefusal::AddressRefused) if hop > 0 => return Ok(Rules::forbid_all()),
            other => other.map_err(refusal)?,
        };
        match redirect_target(&url, &response) {
            Some(target) => url = target,
            None if response.status.is_success() => return Ok(Rules::parse(&response.body, PRODUCT)),
            None if response.status.is_server_error() => {
                return Err(CrawlRefusal::Status(response.status.as_u16()));
            }
            None => return Ok(Rules::allow_all()),
        }
    }
    Ok(Rules::allow_all())
}
