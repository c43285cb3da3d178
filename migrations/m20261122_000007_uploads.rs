//! Files on their way in. The bytes lie in the blob store under a key that we make; what the uploader says of them is
//! kept as a claim.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000007_uploads",
    up: Sql::Same(
        "
CREATE TABLE uploads (
    upload_id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    chatbot_id uuid NOT NULL REFERENCES chatbots (chatbot_id) ON DELETE CASCADE,
    filename text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    blob_key text NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX uploads_chatbot ON uploads (chatbot_id);
",
    ),
    down: "DROP TABLE uploads;",
};
