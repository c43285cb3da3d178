//! Lists in pages: `?limit=&cursor=` in, `items` and `next_cursor` out.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use utoipa::{IntoParams, ToSchema};

use crate::error::ApiError;
use crate::store;

/// Items of a page when nothing is said.
const LIMIT_DEFAULT: u32 = 50;
/// Most items of a page.
const LIMIT_MAX: u32 = 200;

/// Which page is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PageQuery {
    /// Most items to give, 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before; the first page when left out.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// How many items.
    ///
    /// # Errors
    /// When the limit is out of range.
    pub(super) fn limit(&self) -> Result<u32, ApiError> {
        match self.limit {
            None => Ok(LIMIT_DEFAULT),
            Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
            Some(_) => Err(ApiError::invalid_field("limit", format!("Give a number from 1 to {LIMIT_MAX}."))),
        }
    }

    /// The page, as the store takes it.
    ///
    /// # Errors
    /// When the limit is out of range or the cursor was not given by this server.
    pub(super) fn page(&self) -> Result<store::Page, ApiError> {
        let cursor = self.cursor.as_deref().filter(|cursor| !cursor.is_empty());
        let cursor = cursor.map(store::Cursor::parse).transpose().map_err(|_| bad_cursor())?;
        Ok(store::Page { limit: self.limit()?, cursor })
    }
}

/// The cursor can't be read.
#[must_use]
pub(super) fn bad_cursor() -> ApiError {
    ApiError::invalid_field("cursor", "Give the `next_cursor` of an earlier page, unchanged.")
}

/// Query parameters; unknown ones are refused by name.
#[derive(Debug, Clone)]
pub(super) struct Query<T>(pub T);

impl<T: serde::de::DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let parsed = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(parsed.map(|query| Self(query.into_inner())).map_err(|error| query_error(&error.to_string())))
    }
}

fn query_error(message: &str) -> ApiError {
    let field = message.split('`').nth(1).unwrap_or("query");
    ApiError::invalid_field(field, message)
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Paged<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// The cursor of the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// A page of the store's, each item as clients see it.
    pub(super) fn of<R>(page: store::Paged<R>, view: impl FnMut(R) -> T) -> Self {
        Self { items: page.items.into_iter().map(view).collect(), next_cursor: page.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_out_of_range_is_refused_by_name() {
        for limit in [0, 201] {
            let query = PageQuery { limit: Some(limit), cursor: None };
            assert_eq!(query.limit().unwrap_err().fields[0].field, "limit");
        }
        assert_eq!(PageQuery::default().limit().unwrap(), LIMIT_DEFAULT);
    }

    #[test]
    fn an_unknown_parameter_is_named() {
        let error = query_error("unknown field `page`, expected `limit` or `cursor`");
        assert_eq!(error.fields[0].field, "page");
    }
}
