//! `GET /v1/usage`.

use actix_web::{HttpResponse, get, web};
use aihio_actors::model::{ChatbotId, Timestamp};
use chrono::{Days, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::ApiError;
use crate::http::member::Member;
use crate::http::page::{Paged, Query};
use crate::http::service::Service;
use crate::store::UsageDay;

/// Longest span that is shown at once, in days.
const DAYS_MAX: i64 = 366;
/// Days that are shown when nothing is said.
const DAYS_DEFAULT: u64 = 30;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UsageQuery {
    /// The first day, as a date or a time (UTC); thirty days before `to` when left out.
    from: Option<String>,
    /// The last day, as a date or a time (UTC); today when left out.
    to: Option<String>,
    /// Always `day`.
    by: Option<By>,
}

/// What usage is summed by.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// Days, UTC.
    Day,
}

/// What one chatbot used on one day.
#[derive(Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The day, UTC.
    day: NaiveDate,
    /// The chatbot.
    #[schema(value_type = uuid::Uuid)]
    chatbot_id: ChatbotId,
    /// `answer`, `prompt_tokens`, `completion_tokens`, `cost_micros` (millionths of the money that the operator gives
    /// models' prices in), `page`, `stored_bytes`, or `evaluation`: those of the answers that the owner's own questions
    /// got.
    kind: &'static str,
    /// How much.
    amount: u64,
}

impl From<UsageDay> for Usage {
    fn from(row: UsageDay) -> Self {
        Self { day: row.day, chatbot_id: row.chatbot_id, kind: row.kind.as_str(), amount: row.amount }
    }
}

/// Show usage
#[utoipa::path(tag = "insight", responses(
    (status = 200, description = "What was used, by day, chatbot and kind.", body = Paged<Usage>),
))]
#[get("/v1/usage")]
pub(crate) async fn show_usage(
    member: Member,
    service: web::Data<Service>,
    query: Query<UsageQuery>,
) -> Result<HttpResponse, ApiError> {
    let now = service.clock.now();
    let (from, to) = span(&query.0, now)?;
    let rows = member.tenant.usage_by_day(from..to, now).await?;
    let items = rows.into_iter().map(Usage::from).collect();
    Ok(HttpResponse::Ok().json(Paged::<Usage> { items, next_cursor: None }))
}

/// The moments between which the days lie, the second excluded.
fn span(query: &UsageQuery, now: Timestamp) -> Result<(Timestamp, Timestamp), ApiError> {
    let UsageQuery { from, to, by: None | Some(By::Day) } = query;
    let last = to.as_deref().map_or(Ok(now.date_naive()), |text| day("to", text))?;
    let default = last - Days::new(DAYS_DEFAULT - 1);
    let first = from.as_deref().map_or(Ok(default), |text| day("from", text))?;
    let days = (last - first).num_days();
    if !(0..DAYS_MAX).contains(&days) {
        let message = format!("Give a day up to {DAYS_MAX} days before `to`, and not after it.");
        return Err(ApiError::invalid_field("from", message));
    }
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    Ok((midnight(first), midnight(last + Days::new(1))))
}

fn day(field: &str, text: &str) -> Result<NaiveDate, ApiError> {
    let moment = || text.parse::<Timestamp>().map(|moment| moment.date_naive());
    let day = text.parse::<NaiveDate>().or_else(|_| moment());
    let sensible = day.ok().filter(|day| (2_000..=9_999).contains(&chrono::Datelike::year(day)));
    sensible.ok_or_else(|| ApiError::invalid_field(field, "Give a day such as 2026-01-31."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span_of(from: Option<&str>, to: Option<&str>) -> Result<(String, String), String> {
        let query = UsageQuery { from: from.map(Into::into), to: to.map(Into::into), by: None };
        let now = "2026-11-22T15:00:00Z".parse().unwrap();
        let shown = |moment: Timestamp| moment.format("%Y-%m-%d").to_string();
        span(&query, now)
            .map(|(from, to)| (shown(from), shown(to)))
            .map_err(|error| error.fields[0].field.clone())
    }

    #[test]
    fn both_days_are_included() {
        let span = span_of(Some("2026-11-01"), Some("2026-11-02")).unwrap();
        assert_eq!(span, ("2026-11-01".into(), "2026-11-03".into()));
    }

    #[test]
    fn thirty_days_up_to_today_are_shown_by_default() {
        assert_eq!(span_of(None, None).unwrap(), ("2026-10-24".into(), "2026-11-23".into()));
    }

    #[test]
    fn times_count_as_their_days() {
        let span = span_of(Some("2026-11-01T23:59:59Z"), Some("2026-11-01T00:00:00Z")).unwrap();
        assert_eq!(span, ("2026-11-01".into(), "2026-11-02".into()));
    }

    #[test]
    fn nonsense_and_endless_spans_are_refused_by_name() {
        assert_eq!(span_of(Some("yesterday"), None), Err("from".into()));
        assert_eq!(span_of(None, Some("-9999-01-01")), Err("to".into()));
        assert_eq!(span_of(Some("2026-11-02"), Some("2026-11-01")), Err("from".into()));
        assert_eq!(span_of(Some("2020-01-01"), None), Err("from".into()));
    }
}
