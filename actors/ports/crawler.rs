//! Pages of the web.

use async_trait::async_trait;

use super::{PortError, Raw};

/// A fetched page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address after redirects.
    pub url: String,
    /// The content.
    pub raw: Raw,
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
    /// Fetches one page: robots.txt asked, every address on the way checked before it is connected to.
    ///
    /// # Errors
    /// When the page is not to be had.
    async fn fetch(&self, url: &str) -> Result<Page, CrawlRefusal>;
}
