//! Server-sent events (WHATWG HTML, 9.2) as response bodies.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ContentEncoding};
use actix_web::web::Bytes;
use futures_util::Stream;
use serde::Serialize;
use tokio::time::Instant;
use tokio_stream::StreamExt as _;

/// A comment is sent when nothing else was for so long, so that proxies keep the connection.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

/// The comment of a heartbeat.
const COMMENT: &[u8] = b": keep-alive\n\n";

/// One event without a name, its data as JSON. JSON text holds no line breaks, so one `data` line is enough.
#[must_use]
pub fn data(value: &impl Serialize) -> Bytes {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    Bytes::from(format!("data: {json}\n\n"))
}

/// One event with a name.
#[must_use]
pub fn event(name: &str, value: &impl Serialize) -> Bytes {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    Bytes::from(format!("event: {name}\ndata: {json}\n\n"))
}

/// The word that ends streams of AI SDKs and OpenAI clients.
#[must_use]
pub fn done() -> Bytes {
    Bytes::from_static(b"data: [DONE]\n\n")
}

/// A response that sends the stream's events, with heartbeats between. It is not compressed: a compressor would
/// hold small events back.
pub fn response(events: impl Stream<Item = Bytes> + 'static) -> HttpResponse {
    let body = futures_util::StreamExt::map(with_heartbeats(events), Ok::<_, Infallible>);
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-cache, no-transform"))
        .insert_header(ContentEncoding::Identity)
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(body))
}

fn with_heartbeats(events: impl Stream<Item = Bytes> + 'static) -> impl Stream<Item = Bytes> {
    let quiet = tokio::time::interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let comment = |_| Bytes::from_static(COMMENT);
    futures_util::StreamExt::map(events.timeout_repeating(quiet), move |event| event.unwrap_or_else(comment))
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[test]
    fn data_is_one_line_whatever_it_holds() {
        assert_eq!(data(&"a\nb\r\u{2028}"), "data: \"a\\nb\\r\u{2028}\"\n\n");
    }

    #[test]
    fn an_event_has_its_name_before_its_data() {
        assert_eq!(event("job", &1), "event: job\ndata: 1\n\n");
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_sends_comments() {
        let mut events = Box::pin(with_heartbeats(stream::pending::<Bytes>()));
        assert_eq!(&StreamExt::next(&mut events).await.unwrap()[..], COMMENT);
        assert_eq!(&StreamExt::next(&mut events).await.unwrap()[..], COMMENT);
    }

    #[tokio::test]
    async fn events_pass_in_order_and_the_end_ends_it() {
        let events = stream::iter([data(&1), data(&2), done()]);
        let sent: Vec<Bytes> = StreamExt::collect(with_heartbeats(events)).await;
        assert_eq!(sent, [data(&1), data(&2), done()]);
    }
}
