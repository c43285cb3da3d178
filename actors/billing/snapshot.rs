//! What survives an account's life: nothing of its own. The ledger has every settled answer and what each process holds,
//! and the lease what is held here; an account is built from the two.

use super::state::BillingState;
use crate::ports::PeriodUsage;

/// The account as the ledger knows it.
pub(crate) fn from_ledger(usage: PeriodUsage) -> BillingState {
    BillingState::new(usage.plan)
}
