//! Pages that were found.

use std::collections::HashSet;

use aihio_actors::model::{FoundPage, PageId, PageRole, Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use serde::Serialize;
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::dialect::{Sql, json_rows, moment};
use crate::store::words::Word;

/// The most sitemaps of one site.
const SITEMAPS_MAX: usize = 100;

/// Which of the addresses, a JSON array, are known.
const KNOWN: Sql = Sql {
    sqlite: "SELECT url FROM source_pages WHERE source_id = $1 AND url IN (SELECT value FROM json_each($2))",
    postgres: "SELECT url FROM source_pages WHERE source_id = $1 \
               AND url IN (SELECT jsonb_array_elements_text($2::text::jsonb))",
};

/// How many there are. Pages that are gone or taken out leave room for others.
const HELD: Sql = Sql::same(
    "SELECT CAST(COUNT(*) AS bigint) AS held FROM source_pages \
     WHERE source_id = $1 AND role = $2 AND state NOT IN ('gone', 'excluded')",
);

const INSERT: Sql = Sql {
    sqlite: "INSERT INTO source_pages (page_id, account_id, chatbot_id, source_id, role, url, depth, state, \
             settled_round, attempts, misses, bytes, chunks, found_at) \
             SELECT unhex(value ->> 'id'), $2, $3, $4, value ->> 'role', value ->> 'url', value ->> 'depth', \
             'waiting', 0, 0, 0, 0, 0, $5 FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    postgres: "INSERT INTO source_pages (page_id, account_id, chatbot_id, source_id, role, url, depth, state, \
               settled_round, attempts, misses, bytes, chunks, found_at) \
               SELECT id, $2, $3, $4, role, url, depth, 'waiting', 0, 0, 0, 0, 0, $5::timestamptz \
               FROM jsonb_to_recordset($1::text::jsonb) AS item (id uuid, role text, url text, depth integer) \
               ON CONFLICT DO NOTHING",
};

/// Whose the pages are.
pub(super) struct Owner {
    pub(super) account: Uuid,
    pub(super) chatbot: Uuid,
    pub(super) source: Uuid,
}

/// What was found, and how much there is room for.
pub(super) struct Found<'a> {
    pub(super) pages: &'a [(PageId, FoundPage)],
    pub(super) pages_max: u32,
    pub(super) at: Timestamp,
}

/// How many pages were new, and for how many of them there was no room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) added: u32,
    pub(super) left_out: u32,
}

#[derive(Serialize)]
struct Row<'a> {
    id: uuid::fmt::Simple,
    role: &'static str,
    url: &'a str,
    depth: u32,
}

#[derive(FromQueryResult)]
struct Known {
    url: String,
}

#[derive(FromQueryResult)]
struct Held {
    held: i64,
}

/// Adds pages that are not known yet, as far as there is room. The source's row is locked: nobody else adds meanwhile.
pub(super) async fn add(
    transaction: &DatabaseTransaction,
    owner: &Owner,
    found: Found<'_>,
) -> Result<Added, StoreError> {
    if found.pages.is_empty() {
        return Ok(Added::default());
    }
    let urls: Vec<&str> = found.pages.iter().map(|(_, page)| page.url.as_str()).collect();
    let values = vec![owner.source.into(), json_rows(&urls)?.into()];
    let known = transaction.query_all_raw(KNOWN.with(transaction, values)).await?;
    let known = known.iter().map(|row| Known::from_query_result(row, "").map(|known| known.url));
    let known: HashSet<String> = known.collect::<Result<_, _>>()?;
    let mut rows = Vec::new();
    let mut outcome = Added::default();
    for role in [PageRole::Page, PageRole::Sitemap] {
        let new = found.pages.iter().filter(|(_, page)| page.role == role && !known.contains(&page.url));
        let new: Vec<Row<'_>> = new.map(|(id, page)| row(*id, page)).collect();
        if new.is_empty() {
            continue;
        }
        let max = match role {
            PageRole::Page => usize::try_from(found.pages_max).unwrap_or(usize::MAX),
            PageRole::Sitemap => SITEMAPS_MAX,
        };
        let room = max.saturating_sub(held(transaction, owner, role).await?);
        if role == PageRole::Page {
            let added = new.len().min(room);
            outcome.added = u32::try_from(added).unwrap_or(u32::MAX);
            outcome.left_out = u32::try_from(new.len() - added).unwrap_or(u32::MAX);
        }
        rows.extend(new.into_iter().take(room));
    }
    let values = vec![
        json_rows(&rows)?.into(),
        owner.account.into(),
        owner.chatbot.into(),
        owner.source.into(),
        moment(found.at).into(),
    ];
    transaction.execute_raw(INSERT.with(transaction, values)).await?;
    Ok(outcome)
}

fn row(id: PageId, page: &FoundPage) -> Row<'_> {
    Row { id: id.as_uuid().simple(), role: page.role.word(), url: &page.url, depth: page.depth }
}

async fn held(transaction: &DatabaseTransaction, owner: &Owner, role: PageRole) -> Result<usize, StoreError> {
    let values = vec![owner.source.into(), role.word().into()];
    let row = transaction.query_one_raw(HELD.with(transaction, values)).await?;
    let held = row.map(|row| Held::from_query_result(&row, "")).transpose()?.map_or(0, |row| row.held);
    Ok(usize::try_from(held).unwrap_or(0))
}
