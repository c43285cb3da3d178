//! What the caller's plan allows, and the calendar month that it counts by.

use aihio_actors::model::{AccountId, Timestamp};
use aihio_actors::ports::{Ledger as _, PeriodUsage};
use chrono::{Datelike as _, Days, Months, NaiveTime};

use super::service::Service;
use crate::error::{ApiError, ErrorCode};

/// The account's plan, and what it has used of it this month.
///
/// # Errors
/// When the store can't be read.
pub(super) async fn period(service: &Service, account: AccountId) -> Result<PeriodUsage, ApiError> {
    let since = month_start(service.clock.now());
    service.store.period(account, since).await?.ok_or_else(ApiError::not_found)
}

/// Refuses one more of something when the plan allows no more.
///
/// # Errors
/// `quota_exceeded` when `held` has reached `limit`.
pub(super) fn room_for_one_more(what: &str, held: u64, limit: Option<u64>) -> Result<(), ApiError> {
    match limit {
        Some(limit) if held >= limit => Err(ApiError::plan_limit(what, limit)),
        Some(_) | None => Ok(()),
    }
}

/// Refuses a text of so many bytes, as far as is known of it before it is read, when the plan has no room for it. Exact is
/// what is done where it is stored.
///
/// # Errors
/// `quota_exceeded` with the limit and what is kept, or when the store can't be read.
pub(super) async fn room_for_text(
    service: &Service,
    account: AccountId,
    (limit, bytes): (Option<u64>, u64),
) -> Result<(), ApiError> {
    let Some(limit) = limit else { return Ok(()) };
    let kept = service.store.kept_bytes(account).await?;
    if kept.saturating_add(bytes) <= limit {
        return Ok(());
    }
    let detail = format!(
        "The account's plan allows {limit} bytes of text, and its sources have {kept} of them. Choose a larger plan or \
         remove some."
    );
    Err(ApiError::new(ErrorCode::QuotaExceeded, detail))
}

/// The beginning of the month, UTC.
#[must_use]
pub(super) fn month_start(now: Timestamp) -> Timestamp {
    let first = now.date_naive() - Days::new(u64::from(now.day0()));
    first.and_time(NaiveTime::MIN).and_utc()
}

/// The beginning of the next month, UTC.
#[must_use]
pub(super) fn month_end(now: Timestamp) -> Timestamp {
    month_start(now) + Months::new(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_goes_from_its_first_moment_to_the_next_ones() {
        let now = at("2026-12-31T23:59:59Z");
        assert_eq!(month_start(now), at("2026-12-01T00:00:00Z"));
        assert_eq!(month_end(now), at("2027-01-01T00:00:00Z"));
        assert_eq!(month_start(at("2026-03-01T00:00:00Z")), at("2026-03-01T00:00:00Z"));
    }

    #[test]
    fn a_plan_is_full_when_its_limit_is_held() {
        assert!(room_for_one_more("chatbots", 1, Some(2)).is_ok());
        assert!(room_for_one_more("chatbots", 2, Some(2)).is_err());
        assert!(room_for_one_more("chatbots", 2_000, None).is_ok());
    }
}
