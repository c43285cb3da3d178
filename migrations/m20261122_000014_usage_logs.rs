//! What was used, one row a thing: the truth that balances and roll-ups are made from. An answer's row carries the
//! answer's message id, so that it can't be counted twice.
//!
//! As with `messages`, the partition's key must be part of what is unique; so it is no column of its own will but a
//! function of the id: the month, as `yyyymm`, of the time inside it (UUID version 7, RFC 9562). One id can only go to one
//! partition, and is unique in the whole table. Rows go unchanged when sessions or chatbots are erased: they hold no words
//! of anybody, and bills rest on them.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000014_usage_logs",
    up: Sql::Each {
        sqlite: "
CREATE TABLE usage_logs (
    id uuid NOT NULL,
    id_month integer NOT NULL,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    user_id uuid,
    session_id uuid,
    message_id uuid,
    type text NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id, id_month)
);
CREATE INDEX usage_logs_account ON usage_logs (account_id, type, created_at);
",
        postgres: "
CREATE TABLE usage_logs (
    id uuid NOT NULL,
    id_month integer NOT NULL,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL,
    user_id uuid,
    session_id uuid,
    message_id uuid,
    type text NOT NULL,
    amount bigint NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id, id_month)
) PARTITION BY RANGE (id_month);
CREATE TABLE usage_logs_default PARTITION OF usage_logs DEFAULT;
CREATE INDEX usage_logs_account ON usage_logs (account_id, type, created_at);
",
    },
    down: "DROP TABLE usage_logs;",
};
