//! A source to be added, as clients send it.

use aihio_actors::model::UploadId;
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use super::site::{Resync, Wishes};
use crate::error::{ApiError, FieldError};
use crate::http::field;

/// Longest text or answer that can be typed in, in characters.
const TEXT_CHARS_MAX: usize = 500_000;

/// A source to be added.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum NewSource {
    /// A file that was uploaded.
    File {
        /// From announcing it.
        #[schema(value_type = uuid::Uuid)]
        upload_id: UploadId,
    },
    /// One page of the web.
    Url {
        /// Its address.
        #[schema(format = "uri")]
        url: String,
        /// How often to read it again; never when left out.
        resync: Option<Resync>,
    },
    /// Text that is typed in.
    Text {
        /// The title that citations show.
        #[schema(min_length = 1, max_length = 200)]
        title: String,
        /// The text, plain or Markdown.
        #[schema(min_length = 1, max_length = 500000)]
        text: String,
    },
    /// A question with its answer.
    Qa {
        /// As visitors ask it.
        #[schema(min_length = 1, max_length = 2000)]
        question: String,
        /// What to say.
        #[schema(min_length = 1, max_length = 500000)]
        answer: String,
    },
    /// A whole site: a page, what it links to, and what its sitemaps name.
    Site {
        /// Where to begin.
        #[schema(format = "uri")]
        url: String,
        /// Most pages to read; 500 when left out.
        #[schema(minimum = 1)]
        max_pages: Option<u32>,
        /// Most links between the first page and any other; 10 when left out.
        #[schema(maximum = 100)]
        depth: Option<u32>,
        /// Only addresses whose path begins with one of these; `*` stands for anything, `$` for the end.
        include: Option<Vec<String>>,
        /// No addresses whose path begins with one of these.
        exclude: Option<Vec<String>>,
        /// How often to read it again; never when left out.
        resync: Option<Resync>,
    },
    /// The pages of a sitemap.
    Sitemap {
        /// The sitemap's address.
        #[schema(format = "uri")]
        url: String,
        /// Most pages to read; 500 when left out.
        #[schema(minimum = 1)]
        max_pages: Option<u32>,
        /// As for a site.
        include: Option<Vec<String>>,
        /// As for a site.
        exclude: Option<Vec<String>>,
        /// How often to read it again; never when left out.
        resync: Option<Resync>,
    },
}

impl NewSource {
    /// Checks what the types can't hold.
    ///
    /// # Errors
    /// `validation_failed` with every field at fault.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let errors: Vec<FieldError> = match self {
            Self::File { .. } => Vec::new(),
            Self::Url { url, resync } => check_web(url, *resync).collect(),
            Self::Text { title, text } => {
                [field::chars("title", title.trim(), 1..=200), check_text("text", text)]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Self::Qa { question, answer } => {
                [field::chars("question", question.trim(), 1..=2_000), check_text("answer", answer)]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Self::Site { url, resync, .. } | Self::Sitemap { url, resync, .. } => {
                let wishes = self.wishes().map(|wishes| wishes.check()).unwrap_or_default();
                check_web(url, *resync).chain(wishes).collect()
            }
        };
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }

    /// How far to go, for sites and sitemaps.
    pub(super) fn wishes(&self) -> Option<Wishes> {
        match self.clone() {
            Self::Site { max_pages, depth, include, exclude, .. } => {
                Some(Wishes { max_pages, depth, include, exclude })
            }
            Self::Sitemap { max_pages, include, exclude, .. } => {
                Some(Wishes { max_pages, depth: None, include, exclude })
            }
            Self::File { .. } | Self::Url { .. } | Self::Text { .. } | Self::Qa { .. } => None,
        }
    }

    /// How often to read it again.
    pub(super) const fn resync(&self) -> Option<Resync> {
        match self {
            Self::Url { resync, .. } | Self::Site { resync, .. } | Self::Sitemap { resync, .. } => *resync,
            Self::File { .. } | Self::Text { .. } | Self::Qa { .. } => None,
        }
    }
}

fn check_web(url: &str, resync: Option<Resync>) -> impl Iterator<Item = FieldError> {
    check_url(url).into_iter().chain(resync.and_then(Resync::check))
}

/// Documents hold odd characters now and then, so only emptiness and length are checked.
fn check_text(field: &str, text: &str) -> Option<FieldError> {
    let length = text.chars().count();
    let fits = !text.trim().is_empty() && length <= TEXT_CHARS_MAX;
    (!fits).then(|| FieldError::new(field, format!("Give 1 to {TEXT_CHARS_MAX} characters.")))
}

/// What is private behind a public name, the crawler finds out when it connects.
fn check_url(text: &str) -> Option<FieldError> {
    let public = text.len() <= 2_048
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        });
    (!public).then(|| FieldError::new("url", "Give an address that begins with https:// or http://."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::json::parse;

    fn fields_at_fault(body: &str) -> Vec<String> {
        let result = parse::<NewSource>(body.as_bytes()).and_then(|source| source.check());
        result.err().map(|error| error.fields).unwrap_or_default().into_iter().map(|e| e.field).collect()
    }

    #[test]
    fn each_kind_takes_its_own_fields() {
        assert!(fields_at_fault(r#"{"kind":"url","url":"https://example.com/a?b=c"}"#).is_empty());
        assert!(fields_at_fault(r#"{"kind":"text","title":"T","text":"words"}"#).is_empty());
        assert!(fields_at_fault(r#"{"kind":"qa","question":"Q?","answer":"A."}"#).is_empty());
        assert_eq!(fields_at_fault(r#"{"kind":"text","title":" ","text":""}"#), ["title", "text"]);
        assert_eq!(fields_at_fault(r#"{"kind":"text","title":"T","text":"x","url":"y"}"#), ["url"]);
        assert_eq!(fields_at_fault(r#"{"kind":"text","title":"T"}"#), ["text"]);
        assert_eq!(fields_at_fault(r#"{"url":"https://example.com"}"#), ["kind"]);
    }

    #[test]
    fn only_web_addresses_are_taken() {
        for url in [
            "ftp://example.com",
            "file:///etc/passwd",
            "example.com",
            "https://user:pass@example.com",
            "https://",
        ] {
            let body = serde_json::json!({"kind": "url", "url": url}).to_string();
            assert_eq!(fields_at_fault(&body), ["url"], "{url}");
        }
    }

    #[test]
    fn sites_and_sitemaps_say_how_far_to_go() {
        let site =
            |rest: &str| fields_at_fault(&format!(r#"{{"kind":"site","url":"https://example.com"{rest}}}"#));
        assert!(site("").is_empty());
        assert!(
            site(r#","max_pages":5,"depth":0,"include":["/docs/"],"exclude":["*.pdf$"],"resync":"daily""#)
                .is_empty()
        );
        assert!(site(r#","resync":3600"#).is_empty());
        assert_eq!(site(r#","max_pages":0,"depth":101"#), ["max_pages", "depth"]);
        assert_eq!(site(r#","include":["docs"],"exclude":["/\u0007"]"#), ["include", "exclude"]);
        assert_eq!(site(r#","resync":5"#), ["resync"]);
        let sitemap = r#"{"kind":"sitemap","url":"https://example.com/sitemap.xml","resync":"weekly"}"#;
        assert!(fields_at_fault(sitemap).is_empty());
        assert_eq!(fields_at_fault(&sitemap.replace("https", "ftp")), ["url"]);
    }
}
