//! Scenarios against a plain server in the test's own process.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tokio_websockets::{Message, ServerBuilder};

use super::*;
use crate::scenario::reading::read;

/// Who hears what is said in which room.
type Rooms = Arc<Mutex<HashMap<String, broadcast::Sender<String>>>>;

/// Starts a server that sends back what it is sent; whoever says `room N` first is in that room. It ends with the test.
fn server() -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            let rooms = Rooms::default();
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&rooms)));
            }
        });
    });
    receiver.recv().unwrap()
}

async fn serve(stream: TcpStream, rooms: Rooms) {
    let Ok((_, mut socket)) = ServerBuilder::new().accept(stream).await else { return };
    let mut room = broadcast::channel(1_024);
    loop {
        let told = tokio::select! {
            message = socket.next() => {
                let Some(Ok(message)) = message else { return };
                let Some(text) = message.as_text().map(str::to_owned) else { continue };
                if text.starts_with("room ") {
                    let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
                    let sender = rooms.entry(text.clone()).or_insert_with(|| room.0.clone()).clone();
                    room = (sender.clone(), sender.subscribe());
                    text
                } else {
                    room.0.send(text).unwrap();
                    continue;
                }
            }
            told = room.1.recv() => told.unwrap(),
        };
        if socket.send(Message::text(told)).await.is_err() {
            return;
        }
    }
}

fn played(kind: &str, more: &str) -> Result<Report, RunError> {
    let file = format!(
        "kind = '{kind}'\nmessages.drain = '60s'\nsockets.timeout = '60s'\ntarget.url = 'ws://{}/'\n{more}",
        server()
    );
    run(&read("test", &file, &[]).unwrap(), View::Plain)
}

#[test]
fn texts_go_to_a_plain_server_and_come_back() {
    let more = "sockets.count = 5\n[[phases]]\nrate = 100\nduration = '50ms'\nwarm_up = true\n\
                [[phases]]\nrate = 100\nduration = '200ms'\n[thresholds]\nerrors = 0\ncompleted.min = 1\nsend_lag.count.min = 20";
    let report = played("raw", more).unwrap();
    assert!(!report.has_violations() && !report.has_faults() && !report.misses_thresholds(), "{report}");
    assert_eq!((report.sockets.opened, report.total.items, report.messages.sent), (5, 20, 25));
    assert_eq!(report.phases.len(), 2);
}

#[test]
fn a_phase_may_be_a_part_of_what_the_server_can_do() {
    let more = "sockets.count = 2\n[[phases]]\nsaturate = true\nduration = '500ms'\nwarm_up = true\n\
                [[phases]]\ncapacity_percent = 50\nduration = '100ms'\n[thresholds]\ncompleted.min = 1";
    let report = played("raw", more).unwrap();
    assert!(!report.has_violations() && !report.misses_thresholds(), "{report}");
    let (whole, part) = (&report.phases[0], &report.phases[1]);
    // Half of what half a second completed twice over; each socket's last text may come back too late to count.
    let (capacity, rate) = (whole.part.items, part.rate.unwrap());
    assert_eq!(whole.rate, None);
    assert!((capacity - 2..=capacity).contains(&u64::from(rate)), "{rate} of {capacity}");
    assert_eq!(part.part.items_due, u64::from(rate).div_ceil(10));
}

#[test]
fn what_one_says_in_a_room_reaches_all_of_it() {
    let more = "sockets.count = 7\nsockets.watchers = 3\n[[phases]]\nrate = 50\nduration = '120ms'";
    let report = played("fanout", more).unwrap();
    assert!(!report.has_violations() && !report.has_faults(), "{report}");
    // Two rooms of three and one of one, twice each.
    assert_eq!((report.messages.sent, report.total.items, report.total.items_due), (6, 14, 14));
}

#[test]
fn connections_are_counted_phase_by_phase() {
    let more = "[[phases]]\nrate = 100\nduration = '50ms'\n[[phases]]\nrate = 200\nduration = '50ms'";
    let report = played("connect", more).unwrap();
    assert!(!report.has_faults(), "{report}");
    assert_eq!(report.phases.iter().map(|phase| phase.part.items).collect::<Vec<_>>(), [5, 10]);
    assert_eq!((report.total.items, report.sockets.asked), (15, 15));
}

#[test]
fn what_does_not_fit_a_plain_server_is_refused() {
    let phase = "[[phases]]\nrate = 1\nduration = '1s'";
    assert!(matches!(played("chat", phase), Err(RunError::Scenario(_))));
    let returning = format!("sockets.reconnect = 'backoff'\n{phase}");
    assert!(matches!(played("raw", &returning), Err(RunError::Scenario(_))));
}

#[test]
fn nobody_there_is_an_error_that_says_why() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let file = format!(
        "kind = 'raw'\nsockets.count = 2\ntarget.url = 'ws://{free}/'\n[[phases]]\nrate = 1\nduration = '1s'"
    );
    let error = run(&read("test", &file, &[]).unwrap(), View::Plain).unwrap_err().to_string();
    assert_eq!(error, "none of 2 sockets opened: not connected: connection refused");
}
