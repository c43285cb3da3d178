//! Pages and files of a test's making.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;

use super::Switch;
use crate::ports::{CrawlRefusal, Crawler, ExtractError, Extracted, Extractor, Page, Raw};

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
    async fn fetch(&self, url: &str) -> Result<Page, CrawlRefusal> {
        lock(&self.fetched).push(url.into());
        self.switch.pass().await.map_err(CrawlRefusal::Unreachable)?;
        let page = lock(&self.pages).get(url).cloned().unwrap_or(Err(404));
        let text = page.map_err(CrawlRefusal::Status)?;
        let raw =
            Raw { bytes: Bytes::from(text), filename: "page.html".into(), content_type: "text/html".into() };
        Ok(Page { url: url.into(), raw })
    }
}

/// Takes bytes for the text itself.
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
}

fn lock<T>(held: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
