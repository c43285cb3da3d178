//! A person may work in several accounts, with a role in each; so the role stands here and not with the user.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000003_memberships",
    up: Sql::Same(
        "
CREATE TABLE memberships (
    account_id uuid NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    role text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id, created_at);
",
    ),
    down: "DROP TABLE memberships;",
};
