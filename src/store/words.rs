//! The words that columns hold for what is an enum in the product.

use aihio_actors::model::{JobStage, JobState, PageRole, PageState, Phase, Role, UsageKind};
use aihio_actors::ports::Rating;

use super::StoreError;

/// Something that a column holds as one of a few words.
pub(super) trait Word: Copy + 'static {
    /// Everything that can be said.
    const ALL: &'static [Self];

    /// The word for it.
    fn word(self) -> &'static str;

    /// What a column's word means.
    fn read(word: &str, table: &'static str, column: &'static str) -> Result<Self, StoreError> {
        let found = Self::ALL.iter().copied().find(|item| item.word() == word);
        found.ok_or_else(|| StoreError::inconsistent(table, column, &word))
    }
}

macro_rules! words {
    ($($name:ty { $($variant:ident => $word:literal),* $(,)? })*) => {$(
        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }
        }
    )*};
}

words! {
    Role { Visitor => "visitor", Assistant => "assistant", Agent => "agent", System => "system" }
    Phase { Assistant => "assistant", Waiting => "waiting", Agent => "agent", Closed => "closed" }
    Rating { Up => "up", Down => "down" }
    JobState {
        Queued => "queued", Running => "running", Paused => "paused",
        Succeeded => "succeeded", Failed => "failed", Cancelled => "cancelled",
    }
    JobStage {
        Fetching => "fetching", Extracting => "extracting", Splitting => "splitting", Indexing => "indexing",
        Embedding => "embedding",
    }
    PageRole { Page => "page", Sitemap => "sitemap" }
    PageState {
        Waiting => "waiting", Read => "read", Stale => "stale", Failed => "failed", Skipped => "skipped",
        Gone => "gone", Excluded => "excluded",
    }
    super::MemberRole { Owner => "owner", Admin => "admin", Editor => "editor", Viewer => "viewer" }
    UsageKind {
        Answer => "answer", PromptTokens => "prompt_tokens", CompletionTokens => "completion_tokens",
        CostMicros => "cost_micros", Page => "page", StoredBytes => "stored_bytes",
        Evaluation => "evaluation",
    }
}
