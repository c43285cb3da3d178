//! A plan, as clients see it.

use std::num::NonZeroU32;

use aihio_actors::model as engine;
use aihio_actors::model::PlanId;
use serde::Serialize;
use utoipa::ToSchema;

/// What an account may use; null is unlimited.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Plan {
    /// Its key; null for a plan that is not on offer any more.
    #[schema(value_type = Option<String>)]
    id: Option<PlanId>,
    /// The name people see.
    name: String,
    /// Answers in a calendar month, UTC.
    answers_per_month: Option<u64>,
    /// Chatbots at once.
    chatbots: Option<u64>,
    /// Sources of one chatbot.
    sources: Option<u64>,
    /// Bytes of stored text.
    stored_bytes: Option<u64>,
    /// Bytes of one upload.
    upload_bytes: Option<u64>,
    /// Pages of one site.
    pages: Option<u64>,
    /// People in the account.
    seats: Option<u64>,
    /// API requests in a minute.
    api_requests_per_minute: Option<u32>,
}

impl Plan {
    /// The plan under its key.
    pub(super) fn new(id: Option<PlanId>, plan: engine::Plan) -> Self {
        Self {
            id,
            name: plan.name,
            answers_per_month: plan.answers_per_month,
            chatbots: plan.chatbots,
            sources: plan.sources,
            stored_bytes: plan.stored_bytes,
            upload_bytes: plan.upload_bytes,
            pages: plan.pages,
            seats: plan.seats,
            api_requests_per_minute: plan.api_requests_per_minute.map(NonZeroU32::get),
        }
    }
}
