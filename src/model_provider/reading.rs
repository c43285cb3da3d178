//! From bytes to the pieces of an answer, with limits on time and size.

use std::collections::VecDeque;
use std::error::Error;
use std::time::Duration;

use aihio_actors::ports::{AnswerEnd, AnswerFault, Piece, PieceStream};
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt, once, unfold};
use tokio::time::{Instant, timeout_at};

use super::calls::Calls;
use super::protocol::{Chunk, Protocol, Said};
use super::settings::AnswerTimeouts;
use crate::event_stream::{SseDecoder, SseFault};

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// When patience with a provider ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    timeouts: AnswerTimeouts,
    /// How long the next sign of life may take, and until when.
    sign: (Duration, Instant),
    /// Until when all of the answer may take.
    whole_until: Instant,
}

impl Patience {
    /// The patience with an answer that was first asked for at `asked_at`, in an attempt that begins now.
    pub(super) fn new(timeouts: AnswerTimeouts, asked_at: Instant) -> Self {
        let sign = (timeouts.first_piece, Instant::now() + timeouts.first_piece);
        Self { timeouts, sign, whole_until: asked_at + timeouts.whole }
    }

    /// Waits for something, but not too long.
    ///
    /// # Errors
    /// [`AnswerFault::TimedOut`] when patience ends.
    pub(super) async fn wait<T>(&self, work: impl Future<Output = T>) -> Result<T, AnswerFault> {
        let (limit, until) =
            if self.whole_until < self.sign.1 { (self.timeouts.whole, self.whole_until) } else { self.sign };
        timeout_at(until, work).await.map_err(|_| AnswerFault::TimedOut(limit))
    }

    fn renew(&mut self) {
        let limit = self.timeouts.between_pieces;
        self.sign = (limit, Instant::now() + limit);
    }
}

/// How the bytes are to be understood.
#[derive(Debug)]
pub(super) enum Format {
    /// A stream of events.
    Events(SseDecoder),
    /// One JSON document, from endpoints that don't stream.
    Document(Vec<u8>),
}

/// The bytes of a response, as they come.
pub(super) type ByteStream = BoxStream<'static, reqwest::Result<Bytes>>;

/// An answer that is being read.
pub(super) struct Reading {
    bytes: ByteStream,
    protocol: Protocol,
    format: Format,
    patience: Patience,
    /// Chunks that are complete and not yet looked at.
    chunks: VecDeque<String>,
    /// Whether anything understood has come.
    begun: bool,
    /// Whether the provider said that the answer is complete.
    complete: bool,
    text_bytes: usize,
    calls: Calls,
    end: AnswerEnd,
}

impl Reading {
    pub(super) fn new(bytes: ByteStream, (protocol, format): (Protocol, Format), patience: Patience) -> Self {
        Self {
            bytes,
            protocol,
            format,
            patience,
            chunks: VecDeque::new(),
            begun: false,
            complete: false,
            text_bytes: 0,
            calls: Calls::default(),
            end: AnswerEnd::default(),
        }
    }

    /// Waits for the first piece, and returns it with those that follow.
    ///
    /// # Errors
    /// When there is no first piece.
    pub(super) async fn begin(mut self) -> Result<PieceStream, AnswerFault> {
        let first = self.next().await?;
        let rest = matches!(first, Piece::Text(_)).then_some(self);
        Ok(once(std::future::ready(Ok(first))).chain(unfold(rest, next_of)).boxed())
    }

    async fn next(&mut self) -> Result<Piece, AnswerFault> {
        loop {
            while let Some(chunk) = self.chunks.pop_front() {
                if let Some(piece) = self.take(&chunk)? {
                    return Ok(piece);
                }
            }
            match self.patience.wait(self.bytes.next()).await? {
                Some(Ok(bytes)) => self.decode(&bytes)?,
                Some(Err(fault)) if !self.complete => return Err(unavailable(fault)),
                // A reset after the last word takes nothing away.
                Some(Err(_)) | None => return self.end(),
            }
        }
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<(), AnswerFault> {
        match &mut self.format {
            Format::Events(decoder) => decoder.push(bytes, &mut self.chunks).map_err(garbled),
            Format::Document(document) if document.len() + bytes.len() > ANSWER_BYTES_MAX => Err(too_long()),
            Format::Document(document) => {
                document.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    fn take(&mut self, chunk: &str) -> Result<Option<Piece>, AnswerFault> {
        self.patience.renew();
        let Said { text, calls, model, prompt_tokens, completion_tokens, stop } =
            match self.protocol.read(chunk)? {
                Chunk::Said(said) => said,
                Chunk::End => return Ok(Some(self.finished())),
            };
        self.begun = true;
        self.complete |= stop.is_some();
        let end = &mut self.end;
        end.stop = stop.unwrap_or(end.stop);
        end.tokens.prompt = prompt_tokens.unwrap_or(end.tokens.prompt);
        end.tokens.completion = completion_tokens.unwrap_or(end.tokens.completion);
        end.model = model.or_else(|| end.model.take());
        self.text_bytes += text.as_ref().map_or(0, String::len);
        if self.text_bytes > ANSWER_BYTES_MAX {
            return Err(too_long());
        }
        calls.into_iter().try_for_each(|piece| self.calls.add(piece))?;
        Ok(text.map(Piece::Text))
    }

    /// The bytes have ended: what is left of them may still hold the end of the answer.
    fn end(&mut self) -> Result<Piece, AnswerFault> {
        match &mut self.format {
            Format::Events(decoder) => decoder.finish(&mut self.chunks).map_err(garbled)?,
            Format::Document(document) if !document.is_empty() => {
                let document =
                    String::from_utf8(std::mem::take(document)).map_err(|_| garbled(SseFault::NotUtf8))?;
                self.chunks.push_back(document);
            }
            Format::Document(_) => {}
        }
        while let Some(chunk) = self.chunks.pop_front() {
            if let Some(piece) = self.take(&chunk)? {
                return Ok(piece);
            }
        }
        match (self.complete, self.begun) {
            (true, _) => Ok(self.finished()),
            (false, true) => Err(AnswerFault::Unavailable("its answer broke off".into())),
            (false, false) => Err(AnswerFault::Garbled("no answer in its response".into())),
        }
    }

    fn finished(&mut self) -> Piece {
        let calls = std::mem::take(&mut self.calls).finish();
        Piece::Finished(AnswerEnd { calls, ..std::mem::take(&mut self.end) })
    }
}

/// A step of the stream: it ends after the last piece or the first fault.
async fn next_of(reading: Option<Reading>) -> Option<(Result<Piece, AnswerFault>, Option<Reading>)> {
    let mut reading = reading?;
    let piece = reading.next().await;
    let rest = matches!(piece, Ok(Piece::Text(_))).then_some(reading);
    Some((piece, rest))
}

/// A failed exchange in words that hold no address and no key.
pub(super) fn unavailable(fault: reqwest::Error) -> AnswerFault {
    let fault = fault.without_url();
    let mut words = fault.to_string();
    let mut cause = fault.source();
    while let Some(deeper) = cause {
        words = format!("{words}: {deeper}");
        cause = deeper.source();
    }
    AnswerFault::Unavailable(words)
}

fn garbled(fault: SseFault) -> AnswerFault {
    AnswerFault::Garbled(fault.to_string())
}

fn too_long() -> AnswerFault {
    AnswerFault::Garbled(format!("an answer of more than {} KiB", ANSWER_BYTES_MAX >> 10))
}

#[cfg(test)]
mod tests;
