//! What an account knows of its plan, as a plain value: who of those that ask is served, waits or is refused.

use std::time::Duration;

use chrono::{Datelike, NaiveDate};

use crate::model::{Plan, Timestamp};
use crate::ports::{LeaseGrant, Others};

/// How long an account that has spent everything refuses without asking the ledger again. Spent credits don't come
/// back within a month; only a plan that was changed elsewhere can make this wrong.
const SPENT_FOR: Duration = Duration::from_secs(10);

/// An account's plan, and whether it is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingState {
    plan: Plan,
    spent: Option<Spent>,
}

/// Every credit of a period is spent on a stored answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spent {
    period: Timestamp,
    learned_at: Timestamp,
}

/// Nothing is left in this period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhausted {
    /// The plan's limit.
    pub limit: u64,
    /// The plan's name.
    pub plan_name: String,
    /// When the next period begins.
    pub renewed_at: Timestamp,
}

/// What becomes of those who asked, after the ledger has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is no limit.
    ServeAll,
    /// So many credits are at hand: as many are served, and the ledger is asked again for the others.
    Serve(u64),
    /// Other processes were asked to give back what they don't use.
    Wait,
    /// Nothing is free anywhere.
    Refuse(Exhausted),
}

impl BillingState {
    /// An account on that plan.
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self { plan, spent: None }
    }

    /// The plan's limit; none is unlimited.
    #[must_use]
    pub const fn limit(&self) -> Option<u64> {
        self.plan.answers_per_month
    }

    /// Why nobody needs to ask the ledger now, if so.
    #[must_use]
    pub fn known_exhausted(&self, now: Timestamp) -> Option<Exhausted> {
        let spent = self.spent.filter(|spent| spent.period == period_of(now))?;
        let age = (now - spent.learned_at).to_std().unwrap_or_default();
        (age < SPENT_FOR).then(|| self.exhausted(now))
    }

    /// The plan may have changed: what was known of it counts no more.
    pub const fn forget(&mut self) {
        self.spent = None;
    }

    /// Takes what the ledger said and tells what follows, with so many credits `at_hand` after it.
    pub fn judge(&mut self, grant: &LeaseGrant, at_hand: u64, now: Timestamp) -> Verdict {
        self.plan.clone_from(&grant.usage.plan);
        self.spent = None;
        let Some(limit) = self.limit() else { return Verdict::ServeAll };
        if at_hand > 0 {
            return Verdict::Serve(at_hand);
        }
        if grant.usage.answers >= limit {
            self.spent = Some(Spent { period: period_of(now), learned_at: now });
        } else if grant.others == Others::Asked {
            return Verdict::Wait;
        }
        Verdict::Refuse(self.exhausted(now))
    }

    /// What those are told for whom no credit is left.
    #[must_use]
    pub fn exhausted(&self, now: Timestamp) -> Exhausted {
        let limit = self.limit().unwrap_or(u64::MAX);
        Exhausted { limit, plan_name: self.plan.name.clone(), renewed_at: next_period(now) }
    }
}

/// The beginning of the calendar month, UTC.
#[must_use]
pub fn period_of(now: Timestamp) -> Timestamp {
    first_of(now.year(), now.month()).unwrap_or(now)
}

fn next_period(now: Timestamp) -> Timestamp {
    let (year, month) = if now.month() == 12 { (now.year() + 1, 1) } else { (now.year(), now.month() + 1) };
    first_of(year, month).unwrap_or(now)
}

fn first_of(year: i32, month: u32) -> Option<Timestamp> {
    Some(NaiveDate::from_ymd_opt(year, month, 1)?.and_hms_opt(0, 0, 0)?.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{PeriodUsage, Tally};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn grant(limit: Option<u64>, answers: u64, others: Others) -> LeaseGrant {
        let plan = Plan { name: "Free".into(), answers_per_month: limit, ..Plan::default() };
        LeaseGrant { usage: PeriodUsage { plan, answers }, tally: Tally::default(), others }
    }

    fn state() -> BillingState {
        BillingState::new(Plan::default())
    }

    #[test]
    fn the_period_after_december_is_january() {
        assert_eq!(next_period("2026-12-31T23:59:59Z".parse().unwrap()), first_of(2027, 1).unwrap());
    }

    #[test]
    fn without_a_limit_all_are_served() {
        assert_eq!(state().judge(&grant(None, 1_000, Others::Answered), 0, NOW), Verdict::ServeAll);
    }

    #[test]
    fn what_is_at_hand_is_served_even_if_everything_else_is_spent() {
        let mut state = state();
        assert_eq!(state.judge(&grant(Some(5), 5, Others::Answered), 2, NOW), Verdict::Serve(2));
        assert_eq!(state.known_exhausted(NOW), None);
    }

    #[test]
    fn while_others_may_give_back_nobody_is_refused() {
        assert_eq!(state().judge(&grant(Some(5), 4, Others::Asked), 0, NOW), Verdict::Wait);
    }

    #[test]
    fn credits_in_use_may_come_back_and_are_asked_for_again() {
        let mut state = state();
        let verdict = state.judge(&grant(Some(5), 4, Others::Answered), 0, NOW);
        assert!(matches!(verdict, Verdict::Refuse(exhausted) if exhausted.limit == 5));
        assert_eq!(state.known_exhausted(NOW), None);
    }

    #[test]
    fn a_spent_month_is_remembered_until_it_ends_or_the_plan_may_have_changed() {
        let mut state = state();
        let verdict = state.judge(&grant(Some(5), 5, Others::Asked), 0, NOW);
        let Verdict::Refuse(exhausted) = verdict else { panic!("{verdict:?}") };
        assert_eq!((exhausted.limit, exhausted.renewed_at), (5, first_of(1970, 2).unwrap()));
        assert_eq!(state.known_exhausted(NOW), Some(exhausted));
        assert_eq!(state.known_exhausted(NOW + SPENT_FOR), None, "after a while the ledger is asked again");
        let before_midnight = first_of(1970, 2).unwrap() - Duration::from_secs(1);
        state.judge(&grant(Some(5), 5, Others::Answered), 0, before_midnight);
        assert_eq!(state.known_exhausted(first_of(1970, 2).unwrap()), None, "a new month renews the answers");
        state.judge(&grant(Some(5), 5, Others::Answered), 0, NOW);
        state.forget();
        assert_eq!(state.known_exhausted(NOW), None);
    }
}
