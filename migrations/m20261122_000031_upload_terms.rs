//! What an uploader has said of a file beside its size, so that what arrives can be held against it; and the name under
//! which an object store gathers a large file's parts, so that whoever goes on with an upload finds them.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000031_upload_terms",
    up: Sql::Same(
        "
ALTER TABLE uploads ADD COLUMN sha256 text;
ALTER TABLE uploads ADD COLUMN parts_id text;
",
    ),
    down: "
ALTER TABLE uploads DROP COLUMN parts_id;
ALTER TABLE uploads DROP COLUMN sha256;
",
};
