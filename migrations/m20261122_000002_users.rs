//! People sign in by their address, whatever the case they type it in: `email_key` is the lower-case form and unique,
//! `email` is what they typed. A user without `password_hash` signs in elsewhere.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000002_users",
    up: Sql::Same(
        "
CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL UNIQUE,
    password_hash text,
    operator boolean NOT NULL,
    created_at timestamptz NOT NULL
);
",
    ),
    down: "DROP TABLE users;",
};
