//! A visitor and a scripted server on a socket in memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_websockets::CloseCode;

use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::conversation::{Expectation, Persistence};
use crate::fault::Fault;
use crate::latencies::Stage;
use crate::recorder::Recorder;
use crate::visitor::Visitor;

const CONNECTED: &str =
    r#"{"id":1,"connect":{"data":{"session_id":"s","token":"t"},"subs":{"session:s":{"offset":0}}}}"#;

/// The client's end of a socket in memory.
struct MemorySocket {
    incoming: UnboundedReceiver<Message>,
    /// Taken away when the client closes.
    outgoing: Option<UnboundedSender<Message>>,
}

/// The server's end.
struct Peer {
    from_client: UnboundedReceiver<Message>,
    to_client: UnboundedSender<Message>,
}

fn socket() -> (MemorySocket, Peer) {
    let (to_client, incoming) = unbounded_channel();
    let (outgoing, from_client) = unbounded_channel();
    (MemorySocket { incoming, outgoing: Some(outgoing) }, Peer { from_client, to_client })
}

impl Stream for MemorySocket {
    type Item = Result<Message, SocketError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(context).map(|message| message.map(Ok))
    }
}

impl Sink<Message> for MemorySocket {
    type Error = SocketError;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SocketError>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), SocketError> {
        let sent = self.outgoing.as_ref().is_some_and(|outgoing| outgoing.send(message).is_ok());
        if sent { Ok(()) } else { Err(SocketError::AlreadyClosed) }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SocketError>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), SocketError>> {
        self.outgoing = None;
        Poll::Ready(Ok(()))
    }
}

impl Peer {
    async fn reads(&mut self) -> Option<String> {
        Some(self.from_client.recv().await?.as_text().unwrap().to_owned())
    }

    fn says(&self, frame: impl Into<String>) {
        self.to_client.send(Message::text(frame.into())).unwrap();
    }

    /// Answers every message with its own text: reply, message and answer in one frame.
    async fn echoes(mut self) -> u64 {
        let mut turns = 0;
        while let Some(command) = self.reads().await {
            let command: serde_json::Value = serde_json::from_str(&command).unwrap();
            let (id, text) = (&command["id"], &command["rpc"]["data"]["text"]);
            let (asked, answered) = (turns * 2 + 1, turns * 2 + 2);
            self.says(format!(
                r#"{{"id":{id},"rpc":{{"data":{{"seq":{asked}}}}}}}
                {{"push":{{"pub":{{"data":{{"type":"message","message_id":"v{id}","client_id":"{id}","role":"visitor","text":{text}}},"offset":{asked}}}}}}}
                {{"push":{{"pub":{{"data":{{"type":"message","message_id":"a{id}","role":"assistant","text":{text},"reply_to":"v{id}"}},"offset":{answered}}}}}}}"#
            ));
            turns += 1;
        }
        turns
    }
}

fn recorder() -> SharedRecorder {
    Rc::new(RefCell::new(Recorder::new().unwrap()))
}

fn visitor(persistence: Persistence) -> Visitor {
    Visitor::new(20, Expectation::Echo, persistence)
}

async fn connected<'a>(
    visitor: &'a mut Visitor,
    recorder: &SharedRecorder,
) -> (Line<'a, MemorySocket, Visitor>, Peer) {
    let (socket, mut peer) = socket();
    peer.says(CONNECTED);
    let line = Line::open(socket, visitor, Rc::clone(recorder)).await.unwrap();
    assert_eq!(peer.reads().await.as_deref(), Some(r#"{"id":1,"connect":{"data":{"locale":"en"}}}"#));
    (line, peer)
}

#[tokio::test]
async fn what_is_due_is_said_and_checked_and_then_the_socket_leaves() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::GivesUp);
    let (line, peer) = connected(&mut visitor, &recorder).await;
    let (instructions, receiver) = mpsc::channel(8);
    let mut orders = Orders::new(receiver);
    let driver = async {
        for _ in 0..5 {
            instructions.send(Instruction::SayDue(Instant::now())).await.unwrap();
        }
        while recorder.borrow().settled < 5 {
            tokio::task::yield_now().await;
        }
        drop(instructions);
    };
    let (_, turns, ()) = tokio::join!(line.serve(&mut orders), peer.echoes(), driver);
    let recorder = recorder.borrow();
    assert_eq!((turns, recorder.sent, recorder.settled), (5, 5, 5));
    assert_eq!((timed(&recorder, Stage::Acknowledged), timed(&recorder, Stage::Answered)), (5, 5));
    assert_eq!((recorder.violation_count(), recorder.fault_count()), (0, 0));
}

#[tokio::test]
async fn saturating_says_the_next_thing_only_when_all_is_answered() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::GivesUp);
    let (line, mut peer) = connected(&mut visitor, &recorder).await;
    let (instructions, receiver) = mpsc::channel(1);
    let mut orders = Orders::new(receiver);
    let far = Instant::now() + Duration::from_secs(3_600);
    instructions.try_send(Instruction::SaturateUntil(far)).unwrap();
    let server = async {
        assert!(peer.reads().await.unwrap().contains(r#""id":2"#));
        peer.says(r#"{"id":2,"rpc":{"data":{"seq":1}}}"#);
        peer.says("{}");
        assert_eq!(peer.reads().await.as_deref(), Some("{}"), "the pong comes before the next message");
        peer.says(r#"{"push":{"pub":{"data":{"type":"message","message_id":"a","role":"assistant","text":"x"},"offset":1}}}"#);
        assert!(peer.reads().await.unwrap().contains(r#""id":3"#));
        drop(instructions);
    };
    tokio::join!(line.serve(&mut orders), server);
    assert_eq!((recorder.borrow().sent, recorder.borrow().settled, recorder.borrow().pings), (2, 1, 1));
}

#[tokio::test]
async fn a_closed_socket_tells_its_code_and_leaves_the_orders() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::GivesUp);
    let (line, mut peer) = connected(&mut visitor, &recorder).await;
    let (instructions, receiver) = mpsc::channel(8);
    let mut orders = Orders::new(receiver);
    instructions.try_send(Instruction::SayDue(Instant::now())).unwrap();
    let server = async {
        peer.reads().await.unwrap();
        let slow = Message::close(CloseCode::try_from(3008).ok(), "slow");
        peer.to_client.send(slow).unwrap();
        // Both wait when the socket ends: the close frame is heard before the instruction is.
        instructions.try_send(Instruction::SayDue(Instant::now())).unwrap();
    };
    let (served, ()) = tokio::join!(line.serve(&mut orders), server);
    assert_eq!((served, orders.unheeded()), (Served::Lost(Loss::Closed(3008)), 1));
    assert_eq!((recorder.borrow().fault_count(), recorder.borrow().violation_count()), (0, 0));
}

#[tokio::test]
async fn an_opening_that_is_refused_or_cut_off_is_no_line() {
    let (refusing, peer) = socket();
    peer.says(r#"{"id":1,"error":{"code":1008,"message":"overloaded","temporary":true}}"#);
    let mut visitor = visitor(Persistence::GivesUp);
    let refused = Line::open(refusing, &mut visitor, recorder()).await;
    assert!(matches!(refused, Err(ConnectError::Refused)));
    let (closing, peer) = socket();
    peer.to_client.send(Message::close(CloseCode::try_from(3501).ok(), "bad request")).unwrap();
    let closed = Line::open(closing, &mut visitor, recorder()).await;
    assert!(matches!(closed, Err(ConnectError::Lost(Loss::Closed(3501)))));
}

#[tokio::test]
async fn a_binary_frame_is_a_breach() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::GivesUp);
    let (line, peer) = connected(&mut visitor, &recorder).await;
    peer.to_client.send(Message::binary(vec![1])).unwrap();
    drop(peer);
    let (_instructions, receiver) = mpsc::channel(1);
    let mut orders = Orders::new(receiver);
    line.serve(&mut orders).await;
    assert_eq!(recorder.borrow().violations, [(Violation::BinaryFrame, 1)].into());
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_for_now_is_said_again_under_the_same_id() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::Returns);
    let (line, mut peer) = connected(&mut visitor, &recorder).await;
    let (instructions, receiver) = mpsc::channel(8);
    let mut orders = Orders::new(receiver);
    instructions.try_send(Instruction::SayDue(Instant::now())).unwrap();
    let server = async {
        let said = peer.reads().await.unwrap();
        peer.says(r#"{"id":2,"error":{"code":1008,"message":"busy","temporary":true}}"#);
        assert_eq!(peer.reads().await.as_ref(), Some(&said));
        drop(instructions);
    };
    tokio::join!(line.serve(&mut orders), server);
    let recorder = recorder.borrow();
    assert_eq!((recorder.sent, recorder.sent_again, recorder.dropped), (1, 1, 1));
    assert_eq!(recorder.overcome, [(Fault::Refused(1008), 1)].into());
}

#[tokio::test]
async fn what_a_lost_socket_took_along_is_said_again_over_the_next() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::Returns);
    let (line, mut peer) = connected(&mut visitor, &recorder).await;
    let (instructions, receiver) = mpsc::channel(8);
    let mut orders = Orders::new(receiver);
    instructions.try_send(Instruction::SayDue(Instant::now())).unwrap();
    let server = async {
        let said = peer.reads().await.unwrap();
        peer.to_client.send(Message::close(CloseCode::try_from(3001).ok(), "shutdown")).unwrap();
        said
    };
    let (served, said) = tokio::join!(line.serve(&mut orders), server);
    assert_eq!(served, Served::Lost(Loss::Closed(3001)));

    visitor.cut();
    let (next, mut peer) = socket();
    peer.says(r#"{"id":1,"connect":{"data":{"session_id":"s","token":"t"},"subs":{"session:s":{"recovered":true}}}}"#);
    let line = Line::open(next, &mut visitor, Rc::clone(&recorder)).await.unwrap();
    assert!(peer.reads().await.unwrap().contains(r#""recover":true"#));
    let server = async {
        let again = peer.reads().await.unwrap();
        drop(instructions);
        again
    };
    let (_, again) = tokio::join!(line.serve(&mut orders), server);
    assert_eq!((again, recorder.borrow().fault_count(), recorder.borrow().sent_again), (said, 1, 1));
}

#[tokio::test]
async fn a_cut_ends_the_socket_it_was_ordered_for_and_not_the_next() {
    let recorder = recorder();
    let mut visitor = visitor(Persistence::ReturnsAtOnce);
    let before = Instant::now();
    let (line, _peer) = connected(&mut visitor, &recorder).await;
    let (instructions, receiver) = mpsc::channel(8);
    let mut orders = Orders::new(receiver);
    instructions.try_send(Instruction::Cut(before)).unwrap();
    let at = Instant::now();
    instructions.try_send(Instruction::Cut(at)).unwrap();
    assert_eq!(line.serve(&mut orders).await, Served::Lost(Loss::Cut(at)));
    assert_eq!(recorder.borrow().setback_count(), 0);
}

fn timed(recorder: &Recorder, stage: Stage) -> u64 {
    recorder.parts().iter().map(|part| part.stages.count(stage)).sum()
}
