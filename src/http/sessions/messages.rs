//! `GET /v1/sessions/{session_id}/messages`.

use actix_web::{HttpResponse, get};
use aihio_actors::model::Seq;

use super::outdated;
use super::view::Message;
use crate::error::ApiError;
use crate::http::page::{PageQuery, Paged, Query, bad_cursor};
use crate::http::visitor::ReadableSession;

/// Read a conversation
///
/// In order. Also with the session's own token, for visitors whose client missed something.
#[utoipa::path(tag = "sessions", responses(
    (status = 200, description = "Its messages in order of `seq`.", body = Paged<Message>),
))]
#[get("/v1/sessions/{session_id}/messages")]
pub(crate) async fn list_messages(
    readable: ReadableSession,
    query: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let limit = query.0.limit()?;
    let after = after(query.0.cursor.as_deref())?;
    let session_id = readable.session.meta.session_id;
    let events = readable.tenant.messages(session_id, after, limit).await?;
    let full = u32::try_from(events.len()).unwrap_or(u32::MAX) >= limit;
    let next_cursor = events.last().filter(|_| full).map(|event| event.seq.to_string());
    let mut items: Vec<Message> = events.into_iter().filter_map(Message::of).collect();
    outdated::mark(&mut items, &readable.tenant).await?;
    Ok(HttpResponse::Ok().json(Paged::<Message> { items, next_cursor }))
}

/// The cursor of this list is the position of the last event that was given.
fn after(cursor: Option<&str>) -> Result<Seq, ApiError> {
    match cursor {
        None | Some("") => Ok(Seq::START),
        Some(text) => text.parse().map(Seq).map_err(|_| bad_cursor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_a_position() {
        assert_eq!(after(None).unwrap(), Seq::START);
        assert_eq!(after(Some("7")).unwrap(), Seq(7));
        assert!(after(Some("-1")).is_err());
    }
}
