//! The same conversation as server-sent events, for networks without WebSocket.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, get, web};
use aihio_actors::engine::{Delivery, Item, ListenerId, Outlet, Recovered, SessionHandle};
use aihio_actors::model::{Epoch, Publication, Seq, SessionId};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::greeting::{Greeted, Greeting, NotGreeted};
use crate::error::ApiError;
use crate::http::caller::bearer;
use crate::http::visitor::PublicChatbot;
use crate::http::{Place, Service, sse};

/// Deliveries that may wait for a reader that is slow.
const DELIVERIES_MAX: usize = 256;

/// How a visitor without WebSocket names its session: `EventSource` can't set headers.
#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct EventsQuery {
    /// The session's token; absent at first, or in `Authorization`.
    #[serde(default)]
    token: Option<String>,
}

/// Follow a conversation
///
/// Server-sent events. The first one, `session`, holds the session's id and token; each further one is a publication.
/// Durable ones carry an id of the form `epoch:offset`, which `Last-Event-ID` hands back after a break: what was
/// missed comes first, or an event `unrecovered` says that the history has to be fetched.
#[utoipa::path(tag = "visitors", security(()), params(EventsQuery), responses(
    (status = 200, description = "Events, for as long as the connection stands.", content_type = "text/event-stream"),
    (status = 403, description = "The page's origin is not allowed.", body = crate::error::Problem),
    (status = 503, description = "The server is being restarted, or has no place left.", body = crate::error::Problem),
))]
#[get("/v1/chatbots/{chatbot_id}/events")]
pub(crate) async fn listen_events(
    chatbot: PublicChatbot,
    service: web::Data<Service>,
    request: HttpRequest,
    query: web::Query<EventsQuery>,
) -> Result<HttpResponse, ApiError> {
    let address = service.options.trusted_proxies.client_of(&request).address();
    service.limits.connect(address)?;
    let place = service.admit()?;
    let token = query.into_inner().token.or_else(|| bearer(&request).map(str::to_owned));
    let greeting = Greeting::resuming(token, last_event(&request));
    let (sender, receiver) = mpsc::channel(DELIVERIES_MAX);
    let outlet = Arc::new(Outlet::Channel(sender));
    let greeted = match greeting.greet(&service, &chatbot.handle, outlet).await {
        Ok(greeted) => greeted,
        Err(NotGreeted::InvalidToken) => return Err(ApiError::unauthenticated()),
        Err(NotGreeted::Refused(refusal)) => return Err(refusal.into()),
    };
    let first = first_events(&greeted, &chatbot);
    let epoch = greeted.welcome.epoch.clone();
    let listening =
        Listener { session: greeted.session, listener: greeted.welcome.listener, receiver, _place: place };
    Ok(sse::response(stream::iter(first).chain(follow(listening, epoch))))
}

#[derive(Serialize)]
struct SessionEvent<'a> {
    session_id: SessionId,
    token: &'a str,
    epoch: &'a Epoch,
    offset: Seq,
    chatbot: &'a aihio_actors::model::PublicConfig,
}

fn first_events(greeted: &Greeted, chatbot: &PublicChatbot) -> Vec<Bytes> {
    let welcome = &greeted.welcome;
    let view = chatbot.handle.view();
    let session = SessionEvent {
        session_id: greeted.session.id(),
        token: &greeted.token,
        epoch: &welcome.epoch,
        offset: welcome.offset,
        chatbot: &view.public,
    };
    let mut events = vec![sse::event("session", &session)];
    if greeted.was_recovering && welcome.recovered == Recovered::No {
        events.push(sse::event("unrecovered", &serde_json::Map::new()));
    }
    events.extend(welcome.missed.iter().chain(&welcome.draft).map(|missed| event(&welcome.epoch, missed)));
    events
}

/// A listener that detaches when its reader is gone.
struct Listener {
    session: SessionHandle,
    listener: ListenerId,
    receiver: mpsc::Receiver<Delivery>,
    _place: Place,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.session.detach(self.listener);
    }
}

/// The stream ends with the session's life; the reader comes back with the last id that it saw.
fn follow(listener: Listener, epoch: Epoch) -> impl Stream<Item = Bytes> {
    stream::unfold((listener, epoch), |(mut listener, epoch)| async move {
        let Delivery(items) = listener.receiver.recv().await?;
        let mut events = Vec::new();
        for item in &items {
            match item {
                Item::Publication(publication) => events.extend_from_slice(&event(&epoch, publication)),
                Item::Reply(..) => {}
                Item::Close(_) | Item::Interrupted if events.is_empty() => return None,
                Item::Close(_) | Item::Interrupted => break,
            }
        }
        Some((Bytes::from(events), (listener, epoch)))
    })
}

fn event(epoch: &Epoch, publication: &Publication) -> Bytes {
    let data = sse::data(&publication.data);
    match publication.offset {
        None => data,
        Some(offset) => {
            let mut event = format!("id: {epoch}:{offset}\n").into_bytes();
            event.extend_from_slice(&data);
            Bytes::from(event)
        }
    }
}

fn last_event(request: &HttpRequest) -> Option<(Epoch, Seq)> {
    let id = request.headers().get("last-event-id")?.to_str().ok()?;
    let (epoch, offset) = id.split_once(':')?;
    Some((Epoch(epoch.into()), Seq(offset.parse().ok()?)))
}
