//! Lists in pieces, by position and not by number, so that what is added meanwhile moves nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sea_orm::{
    ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};
use uuid::Uuid;

use super::StoreError;

/// What part of a list is wanted. Lists are newest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// At most so many items.
    pub limit: u32,
    /// After that one.
    pub cursor: Option<Cursor>,
}

/// A place in a list, opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(Uuid);

/// The text is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor: pass `next_cursor` of the last page as it came")]
pub struct InvalidCursor;

impl Cursor {
    /// Reads what [`Paged::next_cursor`] said.
    ///
    /// # Errors
    /// When it isn't one.
    pub fn parse(text: &str) -> Result<Self, InvalidCursor> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidCursor)?;
        Uuid::from_slice(&bytes).map(Self).map_err(|_| InvalidCursor)
    }

    fn text(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Paged<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next part begins, if there is more.
    pub next_cursor: Option<String>,
}

/// How a list is read: what it is ordered by, and how its rows become items.
pub(super) struct Listing<'a, C, M, T> {
    /// Answers.
    pub(super) database: &'a DatabaseConnection,
    /// The column that orders the list, newest highest.
    pub(super) column: C,
    /// A place as the column holds it.
    pub(super) key: fn(Uuid) -> Value,
    /// The place of a row.
    pub(super) place: fn(&M) -> Uuid,
    /// What goes out.
    pub(super) item: fn(M) -> Result<T, StoreError>,
}

impl<C: ColumnTrait, M, T> Listing<'_, C, M, T> {
    /// One page of what `select` finds.
    pub(super) async fn page<E>(&self, select: Select<E>, page: &Page) -> Result<Paged<T>, StoreError>
    where
        E: EntityTrait<Model = M>,
        M: sea_orm::FromQueryResult + Send + Sync,
    {
        let mut select = select.order_by_desc(self.column).limit(u64::from(page.limit) + 1);
        if let Some(Cursor(after)) = page.cursor {
            select = select.filter(self.column.lt((self.key)(after)));
        }
        let mut rows = select.all(self.database).await?;
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|last| Cursor((self.place)(last)).text());
        let items = rows.into_iter().map(self.item).collect::<Result<_, _>>()?;
        Ok(Paged { items, next_cursor })
    }
}

/// The place of a row that is known by its id.
pub(super) fn by_id(id: Uuid) -> Value {
    id.into()
}
