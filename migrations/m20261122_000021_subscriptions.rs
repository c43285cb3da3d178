//! Which plan an account is on. An account without a row is on the installation's default plan. `changed_at` is the time of
//! the payment provider's event, so that a late event does not undo a newer one.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000021_subscriptions",
    up: Sql::Same(
        "
CREATE TABLE subscriptions (
    account_id uuid PRIMARY KEY REFERENCES accounts (account_id) ON DELETE CASCADE,
    plan text NOT NULL,
    state text NOT NULL,
    customer_ref text UNIQUE,
    subscription_ref text UNIQUE,
    current_period_end timestamptz,
    changed_at timestamptz NOT NULL
);
",
    ),
    down: "DROP TABLE subscriptions;",
};
