//! `GET /v1/billing`.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::view::Plan;
use crate::error::ApiError;
use crate::http::member::Member;
use crate::http::plan::{month_end, month_start, period};
use crate::http::service::Service;

/// The account's plan and what it has used of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Billing {
    /// What the account may use.
    plan: Plan,
    /// The month that is counted.
    period: Period,
    /// What was used in it.
    usage: PeriodUsage,
}

/// A calendar month, UTC.
#[derive(Serialize, ToSchema)]
pub(crate) struct Period {
    /// Its first moment.
    from: DateTime<Utc>,
    /// The first moment after it.
    to: DateTime<Utc>,
}

/// What was used, and what is there.
#[derive(Serialize, ToSchema)]
pub(crate) struct PeriodUsage {
    /// Answers given in the month.
    answers: u64,
    /// Answers left; null is unlimited.
    answers_left: Option<u64>,
    /// Chatbots now.
    chatbots: u64,
}

/// Show plan and usage
#[utoipa::path(tag = "billing", responses((status = 200, description = "Plan and usage.", body = Billing)))]
#[get("/v1/billing")]
pub(crate) async fn show_billing(
    member: Member,
    service: web::Data<Service>,
) -> Result<HttpResponse, ApiError> {
    let now = service.clock.now();
    let used = period(&service, member.caller.account_id).await?;
    let on_offer = service.options.plans.iter().find(|(_, plan)| **plan == used.plan);
    let answers_left = used.plan.answers_per_month.map(|limit| limit.saturating_sub(used.answers));
    let usage =
        PeriodUsage { answers: used.answers, answers_left, chatbots: member.tenant.count_chatbots().await? };
    let plan = Plan::new(on_offer.map(|(id, _)| id.clone()), used.plan);
    let period = Period { from: month_start(now), to: month_end(now) };
    Ok(HttpResponse::Ok().json(Billing { plan, period, usage }))
}
