//! A source to be added, as clients send it.

use aihio_actors::model::UploadId;
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use crate::error::{ApiError, FieldError};
use crate::http::field;

/// Longest text or answer that can be typed in, in characters.
const TEXT_CHARS_MAX: usize = 500_000;

/// A source to be added.
#[derive(Debug, Deserialize, ToSchema)]
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
    /// A whole site; refused for now.
    #[expect(dead_code, reason = "taken so that the refusal names `kind` and not these")]
    Site {
        /// Where to begin.
        url: String,
        /// Most pages to read.
        max_pages: Option<u32>,
        /// Only addresses that match.
        include: Option<Vec<String>>,
        /// No addresses that match.
        exclude: Option<Vec<String>>,
    },
    /// The pages of a sitemap; refused for now.
    Sitemap {
        /// The sitemap's address.
        url: String,
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
            Self::Url { url } => check_url(url).into_iter().collect(),
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
            Self::Site { .. } | Self::Sitemap { .. } => {
                let message = "Sites and sitemaps can't be read yet. Add their pages one by one as `url`.";
                vec![FieldError::new("kind", message)]
            }
        };
        if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
    }
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
    fn sites_are_refused_with_a_reason() {
        assert_eq!(fields_at_fault(r#"{"kind":"site","url":"https://example.com","max_pages":5}"#), ["kind"]);
        assert_eq!(
            fields_at_fault(r#"{"kind":"sitemap","url":"https://example.com/sitemap.xml"}"#),
            ["kind"]
        );
    }
}
