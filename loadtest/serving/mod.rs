//! One socket from its opening to its end: what the driver wants said goes out, what comes is heard and recorded.

use std::time::{Duration, Instant};

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant as TokioInstant, sleep_until, timeout};
use tokio_websockets::{Error as SocketError, Message};

use crate::connection::ConnectError;
use crate::conversation::{Ending, Finding, SayAgain};
use crate::dialogue::{Dialogue, Reply};
use crate::fault::Violation;
use crate::recorder::SharedRecorder;
use crate::wire;

/// How long the closing handshake may take; the figures are complete before it.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait with what was refused for now.
const SAY_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// The code that RFC 6455 reserves for a socket that ended without a close frame.
const CLOSED_WITHOUT_A_WORD: u16 = 1006;
/// The code that RFC 6455 reserves for a close frame without a code.
const CLOSED_WITHOUT_A_CODE: u16 = 1005;

/// What the driver wants of a socket. When the driver drops its end, the socket leaves.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instruction {
    /// Say something that was due at this moment.
    SayDue(Instant),
    /// Say something now, and again whenever all is answered, until this moment.
    SaturateUntil(Instant),
    /// Leave the socket at this moment without a word, as a network does that breaks.
    Cut(Instant),
}

/// What the driver has said so far, and what it says next; it holds for every socket of a visitor.
#[derive(Debug)]
pub(crate) struct Orders {
    instructions: Receiver<Instruction>,
    saturate_until: Option<Instant>,
}

impl Orders {
    /// Nothing has been said yet.
    pub(crate) fn new(instructions: Receiver<Instruction>) -> Self {
        Self { instructions, saturate_until: None }
    }

    /// The driver has nothing more to say.
    pub(crate) fn are_over(&self) -> bool {
        self.instructions.is_closed()
    }

    /// Throws away what nobody will do any more; tells how much it was.
    pub(crate) fn unheeded(&mut self) -> u64 {
        let due = |instruction: &Instruction| matches!(instruction, Instruction::SayDue(_));
        let left = std::iter::from_fn(|| self.instructions.try_recv().ok());
        let count = left.filter(due).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    }
}

/// How serving a socket ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    /// The driver had nothing more to say; all is counted.
    Left,
    /// The socket was lost.
    Lost(Loss),
}

/// How a socket was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The other side, or the network, ended it with this close code.
    Closed(u16),
    /// This side cut it at this moment, because the scenario says so.
    Cut(Instant),
}

/// A socket with what is said over it.
#[derive(Debug)]
pub(crate) struct Line<'a, S, D> {
    socket: S,
    dialogue: &'a mut D,
    recorder: SharedRecorder,
    /// Reused for every frame.
    findings: Vec<Finding>,
    /// When the dialogue was begun on this socket: a cut that was ordered before concerns the one before it.
    began: Instant,
    /// When to say again what was refused for now.
    say_again_at: Option<tokio::time::Instant>,
}

impl From<SocketError> for Loss {
    fn from(_: SocketError) -> Self {
        Self::Closed(CLOSED_WITHOUT_A_WORD)
    }
}

impl<'a, S, D> Line<'a, S, D>
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
        dialogue: &'a mut D,
        recorder: SharedRecorder,
    ) -> Result<Self, ConnectError> {
        let opening = dialogue.opening();
        let mut line = Self::over(socket, dialogue, recorder);
        if let Some(opening) = opening {
            line.socket.send(Message::text(opening)).await?;
        }
        while !line.dialogue.is_open() {
            let message = line.socket.next().await.unwrap_or(Err(SocketError::AlreadyClosed))?;
            let setbacks_before = line.recorder.borrow().setback_count();
            line.take(&message).await.map_err(ConnectError::Lost)?;
            if line.recorder.borrow().setback_count() > setbacks_before && !line.dialogue.is_open() {
                return Err(ConnectError::Refused);
            }
        }
        Ok(line)
    }

    /// A line over a socket on which the dialogue is open.
    pub(crate) fn over(socket: S, dialogue: &'a mut D, recorder: SharedRecorder) -> Self {
        Self { socket, dialogue, recorder, findings: Vec::new(), began: Instant::now(), say_again_at: None }
    }

    /// The socket alone.
    pub(crate) fn into_socket(self) -> S {
        self.socket
    }

    /// Follows the orders until they end or the socket does. What an earlier socket took along is said again first.
    pub(crate) async fn serve(mut self, orders: &mut Orders) -> Served {
        let begun = match self.say_again(SayAgain::Unacknowledged).await {
            Ok(()) => self.saturate(orders.saturate_until).await,
            lost => lost,
        };
        match begun {
            Ok(()) => self.follow(orders).await,
            Err(loss) => Served::Lost(loss),
        }
    }

    async fn follow(mut self, orders: &mut Orders) -> Served {
        loop {
            let say_again_at = self.say_again_at;
            // What has come is heard first: it has a latency that waiting here would add to.
            let done = tokio::select! {
                biased;
                incoming = self.socket.next() => match incoming {
                    Some(Ok(message)) => self.hear(&message, orders.saturate_until).await,
                    Some(Err(_)) | None => Err(Loss::Closed(CLOSED_WITHOUT_A_WORD)),
                },
                () = sleep_until(say_again_at.unwrap_or_else(TokioInstant::now)), if say_again_at.is_some() => {
                    self.say_again_at = None;
                    self.say_again(SayAgain::Refused).await
                }
                instruction = orders.instructions.recv() => match instruction {
                    Some(Instruction::SayDue(due)) => self.say(due).await,
                    Some(Instruction::SaturateUntil(end)) => {
                        orders.saturate_until = Some(end);
                        self.saturate(orders.saturate_until).await
                    }
                    Some(Instruction::Cut(at)) if at >= self.began => Err(Loss::Cut(at)),
                    Some(Instruction::Cut(_)) => Ok(()),
                    None => {
                        self.leave().await;
                        return Served::Left;
                    }
                },
            };
            if let Err(loss) = done {
                return Served::Lost(loss);
            }
        }
    }

    /// Hears one message and, when saturating, says the next thing.
    async fn hear(&mut self, message: &Message, saturate_until: Option<Instant>) -> Result<(), Loss> {
        self.take(message).await?;
        if self.say_again_at.is_none() && self.dialogue.was_refused() {
            self.say_again_at = Some(TokioInstant::now() + SAY_AGAIN_AFTER);
        }
        self.saturate(saturate_until).await
    }

    /// Hears one message and answers a ping.
    async fn take(&mut self, message: &Message) -> Result<(), Loss> {
        let at = Instant::now();
        if let Some(text) = message.as_text() {
            let reply = self.dialogue.hear(text, at, &mut self.findings);
            self.record(at);
            if reply == Reply::Pong {
                self.recorder.borrow_mut().pings += 1;
                self.socket.send(Message::text(wire::PING)).await?;
            }
            return Ok(());
        }
        if message.is_close() {
            return Err(Loss::Closed(
                message.as_close().map_or(CLOSED_WITHOUT_A_CODE, |(code, _)| code.into()),
            ));
        }
        if message.is_binary() {
            self.recorder.borrow_mut().record(Finding::Violated(Violation::BinaryFrame), at);
        }
        Ok(())
    }

    async fn say_again(&mut self, which: SayAgain) -> Result<(), Loss> {
        for frame in self.dialogue.say_again(which) {
            self.recorder.borrow_mut().sent_again += 1;
            self.socket.send(Message::text(frame)).await?;
        }
        Ok(())
    }

    async fn saturate(&mut self, until: Option<Instant>) -> Result<(), Loss> {
        let now = Instant::now();
        match until {
            Some(end) if now < end && self.dialogue.in_flight() == 0 => self.say(now).await,
            _ => Ok(()),
        }
    }

    async fn say(&mut self, due: Instant) -> Result<(), Loss> {
        let frame = self.dialogue.say(due);
        self.recorder.borrow_mut().sent(due, self.dialogue.items(), Instant::now());
        Ok(self.socket.send(Message::text(frame)).await?)
    }

    async fn leave(mut self) {
        self.dialogue.end(Ending::Complete, &mut self.findings);
        self.record(Instant::now());
        // What the other side makes of the close frame changes no figure.
        let _ = timeout(CLOSE_PATIENCE, self.socket.close()).await;
    }

    fn record(&mut self, at: Instant) {
        let mut recorder = self.recorder.borrow_mut();
        self.findings.drain(..).for_each(|finding| recorder.record(finding, at));
    }
}

#[cfg(test)]
mod tests;
