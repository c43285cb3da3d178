//! Pages and files of a test's making.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::Switch;
use crate::model::Validators;
use crate::ports::{
    CrawlRefusal, Crawler, ExtractError, Extracted, Extractor, Fetched, Indexing, Outline, Page, Raw, WebPage,
};

/// A web of a few pages.
pub struct ScriptedCrawler {
    /// Whether pages can be fetched.
    pub switch: Switch,
    pages: Mutex<HashMap<String, Result<String, u16>>>,
    fetched: Mutex<Vec<String>>,
}

impl ScriptedCrawler {
    /// An empty web.
    #[must_use]
    pub fn new() -> Self {
        let switch = Switch::working("crawler");
        Self { switch, pages: Mutex::default(), fetched: Mutex::default() }
    }

    /// Puts a page there.
    pub fn serve(&self, url: &str, text: &str) {
        lock(&self.pages).insert(url.into(), Ok(text.into()));
    }

    /// Answers with a status from now on.
    pub fn answer_with(&self, url: &str, status: u16) {
        lock(&self.pages).insert(url.into(), Err(status));
    }

    /// What was fetched, in order, whether it was there or not.
    #[must_use]
    pub fn fetched(&self) -> Vec<String> {
        lock(&self.fetched).clone()
    }
}

impl Default for ScriptedCrawler {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Crawler for ScriptedCrawler {
    async fn fetch(&self, url: &str, known: &Validators) -> Result<Fetched, CrawlRefusal> {
        lock(&self.fetched).push(url.into());
        self.switch.pass().await.map_err(CrawlRefusal::Unreachable)?;
        let page = lock(&self.pages).get(url).cloned().unwrap_or(Err(404));
        let text = page.map_err(CrawlRefusal::Status)?;
        let raw =
            Raw { bytes: Bytes::from(text), filename: "page.html".into(), content_type: "text/html".into() };
        // As sites do that know their pages well: a page is as it was when its tag is.
        let validators = Validators { etag: Some(format!("{:?}", raw.bytes)), last_modified: None };
        if *known == validators {
            return Ok(Fetched::Unchanged);
        }
        Ok(Fetched::Page(Page { url: url.into(), raw, validators, indexing: Indexing::Allowed }))
    }

    async fn sitemaps(&self, url: &str) -> Result<Vec<String>, CrawlRefusal> {
        self.switch.pass().await.map_err(CrawlRefusal::Unreachable)?;
        let robots = url.split('/').take(3).chain(["robots.txt"]).collect::<Vec<_>>().join("/");
        let robots = lock(&self.pages).get(&robots).cloned();
        Ok(robots.and_then(Result::ok).iter().flat_map(|text| text.lines()).map(str::to_owned).collect())
    }
}

/// Takes bytes for the text itself. A line that begins with `->` is a link, one that begins with `=>` a sitemap.
pub struct ScriptedExtractor {
    /// Whether files can be read.
    pub switch: Switch,
}

impl ScriptedExtractor {
    /// One that works.
    #[must_use]
    pub fn new() -> Self {
        Self { switch: Switch::working("extractor") }
    }
}

impl Default for ScriptedExtractor {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Extractor for ScriptedExtractor {
    async fn extract(&self, raw: Raw) -> Result<Extracted, ExtractError> {
        self.switch.pass().await.map_err(|error| ExtractError::Malformed(error.to_string()))?;
        let text =
            String::from_utf8(raw.bytes.to_vec()).map_err(|_| ExtractError::Malformed("bytes".into()))?;
        if text.trim().is_empty() {
            return Err(ExtractError::Empty);
        }
        Ok(Extracted { title: None, text })
    }

    async fn page(&self, raw: Raw) -> Result<WebPage, ExtractError> {
        let Extracted { title, text } = self.extract(raw).await?;
        let outline = outline(&text);
        let words = text.lines().filter(|line| !line.starts_with("->") && !line.starts_with("=>"));
        Ok(WebPage { title, text: words.collect::<Vec<_>>().join("\n"), outline })
    }

    async fn sitemap(&self, raw: Raw) -> Result<Outline, ExtractError> {
        Ok(outline(&self.extract(raw).await?.text))
    }
}

fn outline(text: &str) -> Outline {
    let after = |mark: &str| {
        text.lines().filter_map(|line| line.strip_prefix(mark)).map(|l| l.trim().to_owned()).collect()
    };
    Outline { links: after("->"), sitemaps: after("=>"), ..Outline::default() }
}

fn lock<T>(held: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
