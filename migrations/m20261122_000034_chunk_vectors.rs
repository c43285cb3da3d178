//! What a passage means to a model, as numbers. A row for each model, so that those of a new one are made while those of
//! the old one are still searched. SQLite keeps the numbers as bytes (32-bit floats, little-endian); PostgreSQL as an array,
//! which its extension `vector` can compare where it is installed.

use crate::step::{Sql, Step};

pub(crate) const STEP: Step = Step {
    name: "m20261122_000034_chunk_vectors",
    up: Sql::Each {
        sqlite: "
CREATE TABLE chunk_vectors (
    chunk_id uuid NOT NULL REFERENCES chunks (chunk_id) ON DELETE CASCADE,
    model text NOT NULL,
    chatbot_id uuid NOT NULL,
    dimension integer NOT NULL,
    vector blob NOT NULL,
    PRIMARY KEY (chunk_id, model)
);
CREATE INDEX chunk_vectors_chatbot ON chunk_vectors (chatbot_id, model, chunk_id);
",
        postgres: "
CREATE TABLE chunk_vectors (
    chunk_id uuid NOT NULL REFERENCES chunks (chunk_id) ON DELETE CASCADE,
    model text NOT NULL,
    chatbot_id uuid NOT NULL,
    dimension integer NOT NULL,
    vector real[] NOT NULL,
    PRIMARY KEY (chunk_id, model)
);
CREATE INDEX chunk_vectors_chatbot ON chunk_vectors (chatbot_id, model, chunk_id);
",
    },
    down: "DROP TABLE chunk_vectors;",
};
