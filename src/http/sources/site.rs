//! What is said of a site or sitemap that is to be read, and how often a source is read again.

use std::num::NonZeroU32;

use aihio_actors::model::SiteRules;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::error::FieldError;

/// Pages of a site when nothing is said.
const PAGES_DEFAULT: u32 = 500;
/// Links from the first page when nothing is said.
const DEPTH_DEFAULT: u32 = 10;
/// Most links from the first page.
const DEPTH_MAX: u32 = 100;
/// Most patterns of one list, and characters of one pattern.
const PATTERNS_MAX: usize = 100;
const PATTERN_CHARS_MAX: usize = 500;
/// The shortest and the longest time between two readings, in seconds: a minute and a year.
const RESYNC_SECONDS: std::ops::RangeInclusive<u32> = 60..=31_622_400;

/// How often a source is read again by itself: `never`, `daily`, `weekly`, or seconds from 60 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Resync {
    /// By its name.
    Named(ResyncName),
    /// So many seconds.
    Seconds(u32),
}

/// An interval by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResyncName {
    /// Only by hand.
    Never,
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
}

impl Resync {
    /// The interval in seconds; none for never.
    pub(super) const fn every(self) -> Option<NonZeroU32> {
        NonZeroU32::new(match self {
            Self::Named(ResyncName::Never) => 0,
            Self::Named(ResyncName::Daily) => 24 * 60 * 60,
            Self::Named(ResyncName::Weekly) => 7 * 24 * 60 * 60,
            Self::Seconds(seconds) => seconds,
        })
    }

    /// What is wrong with it.
    pub(super) fn check(self) -> Option<FieldError> {
        let Self::Seconds(seconds) = self else { return None };
        let message = "Give `never`, `daily`, `weekly`, or a number of seconds from 60 to 31622400.";
        (!RESYNC_SECONDS.contains(&seconds)).then(|| FieldError::new("resync", message))
    }
}

/// How far to go, as clients say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    /// Most pages to read.
    pub(super) max_pages: Option<u32>,
    /// Most links from the first page.
    pub(super) depth: Option<u32>,
    /// Only what matches.
    pub(super) include: Option<Vec<String>>,
    /// Nothing that matches.
    pub(super) exclude: Option<Vec<String>>,
}

impl Wishes {
    /// What is wrong with them.
    pub(super) fn check(&self) -> Vec<FieldError> {
        let max_pages = self.max_pages.filter(|pages| *pages == 0);
        let depth = self.depth.filter(|depth| *depth > DEPTH_MAX);
        [
            max_pages.map(|_| FieldError::new("max_pages", "Give 1 or more.")),
            depth.map(|_| FieldError::new("depth", format!("Give a number from 0 to {DEPTH_MAX}."))),
            check_patterns("include", self.include.as_deref()),
            check_patterns("exclude", self.exclude.as_deref()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The rules, within what the server allows. A sitemap says which pages there are: their links are not followed.
    pub(super) fn rules(self, pages_max: u32, follows: Follows) -> SiteRules {
        SiteRules {
            max_pages: self.max_pages.unwrap_or(PAGES_DEFAULT).min(pages_max),
            depth: match follows {
                Follows::Links => self.depth.unwrap_or(DEPTH_DEFAULT),
                Follows::SitemapAlone => 0,
            },
            include: self.include.unwrap_or_default(),
            exclude: self.exclude.unwrap_or_default(),
        }
    }
}

/// What leads to pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    /// Pages and sitemaps.
    Links,
    /// The sitemap that was named.
    SitemapAlone,
}

fn check_patterns(field: &str, patterns: Option<&[String]>) -> Option<FieldError> {
    let patterns = patterns.unwrap_or_default();
    let fits = |pattern: &String| {
        pattern.starts_with(['/', '*'])
            && pattern.chars().count() <= PATTERN_CHARS_MAX
            && !pattern.chars().any(char::is_control)
    };
    if patterns.len() <= PATTERNS_MAX && patterns.iter().all(fits) {
        return None;
    }
    let message = format!(
        "Give at most {PATTERNS_MAX} patterns of at most {PATTERN_CHARS_MAX} characters, each beginning with `/` or `*`, \
         such as `/docs/` or `*.html$`."
    );
    Some(FieldError::new(field, message))
}
