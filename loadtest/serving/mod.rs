//! One socket from its opening to its end: what the driver wants said goes out, what comes is heard and recorded.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;
use tokio_websockets::{Error as SocketError, Message};

use crate::connection::ConnectError;
use crate::conversation::{Ending, Finding};
use crate::dialogue::{Dialogue, Reply};
use crate::fault::{Fault, Violation};
use crate::recorder::Recorder;
use crate::wire;

/// How long the closing handshake may take; the figures are complete before it.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);
/// The code that RFC 6455 reserves for a socket that ended without a close frame.
const CLOSED_WITHOUT_A_WORD: u16 = 1006;
/// The code that RFC 6455 reserves for a close frame without a code.
const CLOSED_WITHOUT_A_CODE: u16 = 1005;

/// The one recorder of a run; all sockets live in one thread.
pub(crate) type SharedRecorder = Rc<RefCell<Recorder>>;

/// What the driver wants of a socket. When the driver drops its end, the socket leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instruction {
    /// Say something that was due at this moment.
    SayDue(Instant),
    /// Say something now, and again whenever all is answered, until this moment.
    SaturateUntil(Instant),
}

/// A socket with what is said over it.
#[derive(Debug)]
pub(crate) struct Line<S, D> {
    socket: S,
    dialogue: D,
    recorder: SharedRecorder,
    /// Reused for every frame.
    findings: Vec<Finding>,
    saturate_until: Option<Instant>,
}

/// The socket ended with this close code.
struct Lost(u16);

impl From<SocketError> for Lost {
    fn from(_: SocketError) -> Self {
        Self(CLOSED_WITHOUT_A_WORD)
    }
}

impl<S, D> Line<S, D>
where
    S: Stream<Item = Result<Message, SocketError>> + Sink<Message, Error = SocketError> + Unpin,
    D: Dialogue,
{
    /// Opens the dialogue over an open socket, and waits until the other side agrees.
    ///
    /// # Errors
    /// When it refuses or closes.
    pub(crate) async fn open(
        socket: S,
        mut dialogue: D,
        recorder: SharedRecorder,
    ) -> Result<Self, ConnectError> {
        let opening = dialogue.opening();
        let mut line = Self { socket, dialogue, recorder, findings: Vec::new(), saturate_until: None };
        if let Some(opening) = opening {
            line.socket.send(Message::text(opening)).await?;
        }
        while !line.dialogue.is_open() {
            let message = line.socket.next().await.unwrap_or(Err(SocketError::AlreadyClosed))?;
            let faults_before = line.recorder.borrow().fault_count();
            line.take(&message).await.map_err(|Lost(code)| ConnectError::Closed(code))?;
            if line.recorder.borrow().fault_count() > faults_before && !line.dialogue.is_open() {
                return Err(ConnectError::Refused);
            }
        }
        Ok(line)
    }

    /// Follows the instructions until they end or the socket does.
    pub(crate) async fn serve(mut self, mut instructions: Receiver<Instruction>) {
        let lost = loop {
            // What has come is heard first: it has a latency that waiting here would add to.
            let done = tokio::select! {
                biased;
                incoming = self.socket.next() => match incoming {
                    Some(Ok(message)) => self.take(&message).await,
                    Some(Err(_)) | None => Err(Lost(CLOSED_WITHOUT_A_WORD)),
                },
                instruction = instructions.recv() => match instruction {
                    Some(Instruction::SayDue(due)) => self.say(due).await,
                    Some(Instruction::SaturateUntil(end)) => {
                        self.saturate_until = Some(end);
                        self.saturate().await
                    }
                    None => return self.leave().await,
                },
            };
            if let Err(lost) = done {
                break lost;
            }
        };
        self.end(Ending::Lost);
        self.recorder.borrow_mut().fault(Fault::Closed(lost.0), 1);
        let unsent = std::iter::from_fn(|| instructions.try_recv().ok()).count();
        self.recorder.borrow_mut().fault(Fault::Unsent, u64::try_from(unsent).unwrap_or(u64::MAX));
    }

    /// Hears one message, answers a ping and, when saturating, says the next thing.
    async fn take(&mut self, message: &Message) -> Result<(), Lost> {
        let at = Instant::now();
        if let Some(text) = message.as_text() {
            let reply = self.dialogue.hear(text, at, &mut self.findings);
            self.record();
            if reply == Reply::Pong {
                self.recorder.borrow_mut().pings += 1;
                self.socket.send(Message::text(wire::PING)).await?;
            }
            return self.saturate().await;
        }
        if message.is_close() {
            return Err(Lost(message.as_close().map_or(CLOSED_WITHOUT_A_CODE, |(code, _)| code.into())));
        }
        if message.is_binary() {
            self.recorder.borrow_mut().record(Finding::Violated(Violation::BinaryFrame));
        }
        Ok(())
    }

    async fn saturate(&mut self) -> Result<(), Lost> {
        let now = Instant::now();
        match self.saturate_until {
            Some(end) if now < end && self.dialogue.in_flight() == 0 => self.say(now).await,
            _ => Ok(()),
        }
    }

    async fn say(&mut self, due: Instant) -> Result<(), Lost> {
        let frame = self.dialogue.say(due);
        {
            let mut recorder = self.recorder.borrow_mut();
            recorder.sent += 1;
            recorder.send_lag.record(due.elapsed());
        }
        Ok(self.socket.send(Message::text(frame)).await?)
    }

    async fn leave(mut self) {
        self.end(Ending::Complete);
        // What the other side makes of the close frame changes no figure.
        let _ = timeout(CLOSE_PATIENCE, self.socket.close()).await;
    }

    fn end(&mut self, ending: Ending) {
        self.dialogue.end(ending, &mut self.findings);
        self.record();
    }

    fn record(&mut self) {
        let mut recorder = self.recorder.borrow_mut();
        self.findings.drain(..).for_each(|finding| recorder.record(finding));
    }
}

#[cfg(test)]
mod tests;
