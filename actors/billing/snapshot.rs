//! What survives an account's life: nothing of its own. The ledger has every settled answer and the lease every held
//! one; an account is built from the two.

use super::state::{BillingState, period_of};
use crate::model::Timestamp;
use crate::ports::PeriodUsage;

/// The account as the ledger knows it.
pub(crate) fn from_ledger(usage: PeriodUsage, now: Timestamp) -> BillingState {
    BillingState::new(period_of(now), usage.plan.name, usage.plan.answers_per_month, usage.answers)
}
