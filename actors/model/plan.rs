//! What an account may use.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// The key of a plan in the plans file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlanId(pub String);

/// The limits of a plan; a missing one is unlimited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The name people see.
    pub name: String,
    /// Answers (credits) in a calendar month, UTC.
    pub answers_per_month: Option<u64>,
    /// Chatbots at once.
    pub chatbots: Option<u64>,
    /// Sources of one chatbot.
    pub sources: Option<u64>,
    /// Bytes of stored text, over all chatbots.
    pub stored_bytes: Option<u64>,
    /// Bytes of one upload.
    pub upload_bytes: Option<u64>,
    /// Pages of one site.
    pub pages: Option<u64>,
    /// People in the account.
    pub seats: Option<u64>,
    /// Requests in a minute with all API keys together.
    pub api_requests_per_minute: Option<NonZeroU32>,
}
