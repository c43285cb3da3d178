//! Pages of the web.

use async_trait::async_trait;

use serde::{Deserialize, Serialize};

use super::{PortError, Raw};
use crate::model::Validators;

/// A fetched page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address after redirects.
    pub url: String,
    /// The content.
    pub raw: Raw,
    /// What the site gave along, to ask with next time.
    pub validators: Validators,
    /// Whether the site lets the page be found by searches (`X-Robots-Tag`).
    pub indexing: Indexing,
}

/// Whether a site lets a page be found by searches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Indexing {
    /// It does.
    #[default]
    Allowed,
    /// It says `noindex`.
    Forbidden,
}

/// What is at an address.
#[derive(Debug, Clone)]
pub enum Fetched {
    /// This page.
    Page(Page),
    /// What was there when the validators were given.
    Unchanged,
}

/// Why a page is not fetched.
#[derive(Debug, thiserror::Error)]
pub enum CrawlRefusal {
    /// No address of the public web.
    #[error("This address can't be read: only public http and https pages can.")]
    AddressRefused,
    /// The site's robots.txt forbids it.
    #[error("The site's robots.txt does not allow reading this page.")]
    RobotsForbidden,
    /// The site answered with an error.
    #[error("The site answered with status {0}. Check the address in a browser.")]
    Status(u16),
    /// The page is larger than what is read.
    #[error("The page is larger than {0} bytes.")]
    TooLarge(u64),
    /// More redirects than are followed.
    #[error("The address redirects too often.")]
    TooManyRedirects,
    /// Out of reach for now.
    #[error("The site can't be reached now.")]
    Unreachable(#[source] PortError),
}

impl CrawlRefusal {
    /// The stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AddressRefused => "address_refused",
            Self::RobotsForbidden => "robots_forbidden",
            Self::Status(_) => "page_status",
            Self::TooLarge(_) => "page_too_large",
            Self::TooManyRedirects => "too_many_redirects",
            Self::Unreachable(_) => "page_unreachable",
        }
    }

    /// Whether trying again may help.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Status(429 | 500..=599))
    }
}

/// Fetches pages with good manners and without being led astray.
#[async_trait]
pub trait Crawler: Send + Sync {
    /// Fetches one page, unless it is still as `known` says: robots.txt asked, every address on the way checked before it
    /// is connected to, no host asked more often than it likes.
    ///
    /// # Errors
    /// When the page is not to be had.
    async fn fetch(&self, url: &str, known: &Validators) -> Result<Fetched, CrawlRefusal>;

    /// The sitemaps that the robots.txt of an address's site names.
    ///
    /// # Errors
    /// When the site's robots.txt is not to be had.
    async fn sitemaps(&self, url: &str) -> Result<Vec<String>, CrawlRefusal>;
}
