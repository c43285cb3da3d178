//! Politeness towards hosts: how many requests at once, how long between two of them, and rest when one asks for it.
//! All jobs of a process share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aihio_actors::ports::PortError;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use url::Url;

use super::PORT;

/// Hosts that are remembered; those at rest make room.
const HOSTS_MAX: usize = 10_000;
/// The longest delay between two requests that a robots.txt is granted.
const DELAY_MAX: Duration = Duration::from_secs(30);
/// The longest rest that an answer is granted.
const REST_MAX: Duration = Duration::from_secs(120);
/// The rest after an answer that asks for one and does not say how long.
const REST: Duration = Duration::from_secs(5);

/// How hosts are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Politeness {
    /// Requests to one host at once.
    pub host_concurrency: usize,
    /// The time between the beginnings of two requests to one host.
    pub host_delay: Duration,
}

impl Default for Politeness {
    fn default() -> Self {
        Self { host_concurrency: 4, host_delay: Duration::from_millis(100) }
    }
}

/// The hosts that were asked lately.
pub(super) struct Manners {
    politeness: Politeness,
    hosts: Mutex<HashMap<String, Host>>,
}

#[derive(Clone)]
struct Host {
    permits: Arc<Semaphore>,
    next: Instant,
}

impl Manners {
    pub(super) fn new(politeness: Politeness) -> Self {
        Self { politeness, hosts: Mutex::default() }
    }

    /// Waits until a host may be asked. It counts as asked until the permit is dropped.
    ///
    /// # Errors
    /// Never, as long as hosts' permits are not closed, which they are not.
    pub(super) async fn enter(
        &self,
        url: &Url,
        crawl_delay: Option<Duration>,
    ) -> Result<OwnedSemaphorePermit, PortError> {
        let permits = self.host(url).permits;
        let permit = permits.acquire_owned().await.map_err(|closed| PortError::permanent(PORT, closed))?;
        let delay = crawl_delay.unwrap_or_default().min(DELAY_MAX).max(self.politeness.host_delay);
        tokio::time::sleep_until(self.reserve(url, delay)).await;
        Ok(permit)
    }

    /// Lets a host rest that says that it is asked too much (RFC 6585, section 4; RFC 9110, section 15.6.4).
    pub(super) fn heed(&self, url: &Url, status: u16, headers: &HeaderMap) {
        if !matches!(status, 429 | 503) {
            return;
        }
        let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let rest = seconds.map_or(REST, Duration::from_secs).min(REST_MAX);
        let until = Instant::now() + rest;
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.get_mut(&key(url)) {
            host.next = host.next.max(until);
        }
    }

    /// The moment at which a host may be asked; the one after that is later by the delay.
    fn reserve(&self, url: &Url, delay: Duration) -> Instant {
        let now = Instant::now();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(host) = hosts.get_mut(&key(url)) else { return now };
        let at = host.next.max(now);
        host.next = at + delay;
        at
    }

    fn host(&self, url: &Url) -> Host {
        let now = Instant::now();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_MAX {
            hosts.retain(|_, host| Arc::strong_count(&host.permits) > 1 || host.next > now);
        }
        let fresh =
            || Host { permits: Arc::new(Semaphore::new(self.politeness.host_concurrency)), next: now };
        hosts.entry(key(url)).or_insert_with(fresh).clone()
    }
}

fn key(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    format!("{host}:{}", url.port_or_known_default().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn manners(host_concurrency: usize, millis: u64) -> Manners {
        Manners::new(Politeness { host_concurrency, host_delay: Duration::from_millis(millis) })
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    async fn times(manners: &Manners, delay: Option<Duration>) -> Vec<u128> {
        let began = Instant::now();
        let mut times = Vec::new();
        for _ in 0..3 {
            drop(manners.enter(&url("http://a.example/"), delay).await.unwrap());
            times.push(began.elapsed().as_millis());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_is_left_alone_between_two_requests_as_long_as_it_wishes() {
        assert_eq!(times(&manners(4, 100), None).await, [0, 100, 200]);
        assert_eq!(times(&manners(4, 100), Some(Duration::from_secs(2))).await, [0, 2_000, 4_000]);
        assert_eq!(times(&manners(4, 0), Some(Duration::from_secs(86_400))).await, [0, 30_000, 60_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_do_not_wait_for_each_other() {
        let manners = manners(1, 0);
        let held = manners.enter(&url("http://a.example/"), None).await.unwrap();
        drop(manners.enter(&url("http://b.example/"), None).await.unwrap());
        let same = url("http://a.example/other");
        let second = manners.enter(&same, None);
        assert!(tokio::time::timeout(Duration::from_secs(9), second).await.is_err(), "one at once");
        drop(held);
        drop(manners.enter(&same, None).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_asks_for_a_rest_gets_it_within_reason() {
        for (header, seconds) in [("7", 7), ("999999", 120), ("Fri, 31 Dec 1999 23:59:59 GMT", 5)] {
            let manners = manners(4, 0);
            let at = url("http://a.example/");
            drop(manners.enter(&at, None).await.unwrap());
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(header))]);
            manners.heed(&at, 429, &headers);
            let began = Instant::now();
            drop(manners.enter(&at, None).await.unwrap());
            assert_eq!(began.elapsed().as_secs(), seconds, "{header}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_at_rest_are_forgotten_when_there_are_too_many() {
        let manners = manners(1, 0);
        for n in 0..HOSTS_MAX + 10 {
            drop(manners.enter(&url(&format!("http://h{n}.example/")), None).await.unwrap());
        }
        assert!(manners.hosts.lock().unwrap().len() <= HOSTS_MAX);
    }
}
