//! Writes one answer: search, ask, stream, account for it. Runs beside its session and talks to it by messages, so
//! that stopping, detaching and the next question work meanwhile.

use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{cite, evidence, extract, pieces, prompt};
use crate::chatbot::ChatbotView;
use crate::chatbot::session::handle::Progress;
use crate::chatbot::session::state::{AnswerStep, Finished};
use crate::kernel::report;
use crate::model::{
    AnswerId, AnswererKind, Citation, ContentHash, Hit, Receipt, ReceiptChunk, Role, StageTimes, Tokens,
};
use crate::ports::{AnswerFault, AnswerRequest, Answerer, Piece, Providers, Turn};

/// A question with all that it takes to answer it.
pub struct AnswerTask {
    /// The attempt.
    pub answer_id: AnswerId,
    /// What the visitor asked.
    pub question: String,
    /// Earlier messages, oldest first.
    pub turns: Vec<Turn>,
    /// The chatbot as it was when the answer began.
    pub view: Arc<ChatbotView>,
    /// The configured models.
    pub providers: Arc<dyn Providers>,
    /// How long it may take.
    pub timeout: Duration,
    /// How many passages it may rest on.
    pub passages_max: usize,
}

/// Why an answerer did not answer.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Nothing was said yet: another answerer may take over.
    #[error("the answerer did not begin")]
    BeforeFirstPiece(#[source] AnswerFault),
    /// Part of the answer was said already.
    #[error("the answer broke off")]
    BrokeOff(#[source] AnswerFault),
    /// No provider of that name is configured.
    #[error("no provider is configured for this chatbot")]
    NoProvider,
    /// The session does not want it any more.
    #[error("nobody waits for the answer")]
    Unwanted,
}

/// Writes the answer and sends each step to the session; the last one is always [`AnswerStep::Finished`] or
/// [`AnswerStep::Failed`], also when this is aborted or panics.
pub async fn write_answer(task: AnswerTask, session: Recipient<Progress>) {
    let mut pen = Pen { answer_id: task.answer_id, session, done: false };
    let timeout = task.timeout;
    match tokio::time::timeout(timeout, Writing::begin(&task, &mut pen)).await {
        Ok(Ok(finished)) => pen.finish(finished).await,
        Ok(Err(failure)) => {
            tracing::warn!(chatbot.id = %task.view.record.chatbot_id, error = ?failure, "an answer failed");
        }
        Err(_) => {
            tracing::warn!(chatbot.id = %task.view.record.chatbot_id, "an answer took longer than {timeout:?}");
        }
    }
}

/// Sends steps to the session; says that the answer failed when it is dropped before the end.
struct Pen {
    answer_id: AnswerId,
    session: Recipient<Progress>,
    done: bool,
}

impl Pen {
    /// Sends a piece and waits until the session has taken it: a session that is busy slows its answer down.
    async fn write(&self, text: &str) -> Result<(), Failure> {
        let step = AnswerStep::Piece(text.to_owned());
        self.session.send(Progress { answer_id: self.answer_id, step }).await.map_err(|_| Failure::Unwanted)
    }

    async fn finish(&mut self, finished: Finished) {
        self.done = true;
        let step = AnswerStep::Finished(Box::new(finished));
        // A session that is gone will answer the question in its next life.
        let _ = self.session.send(Progress { answer_id: self.answer_id, step }).await;
    }
}

impl Drop for Pen {
    fn drop(&mut self) {
        if !self.done {
            // One message an answer: bounded by construction.
            report(&self.session, Progress { answer_id: self.answer_id, step: AnswerStep::Failed });
        }
    }
}

struct Writing<'a> {
    task: &'a AnswerTask,
    hits: Vec<Hit>,
    began: Instant,
    receipt: Receipt,
}

impl<'a> Writing<'a> {
    async fn begin(task: &'a AnswerTask, pen: &mut Pen) -> Result<Finished, Failure> {
        let began = Instant::now();
        let hits = task.view.find(&task.question, task.passages_max).await;
        let mut receipt = blank_receipt(task, &hits);
        receipt.times.retrieve_us = micros(began);
        let mut writing = Self { task, hits, began: Instant::now(), receipt };
        let citations = writing.write(pen).await?;
        writing.receipt.times.answer_us = micros(writing.began);
        Ok(Finished { citations, receipt: writing.receipt })
    }

    /// The first choice, then its stand-ins, as long as nothing has been said.
    async fn write(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        let choice = &self.task.view.record.config.answerer;
        let mut outcome = self.write_by(choice.kind, pen).await;
        for kind in &choice.fallback {
            let Err(Failure::BeforeFirstPiece(_) | Failure::NoProvider) = &outcome else { break };
            tracing::info!(chatbot.id = %self.task.view.record.chatbot_id, ?kind, "another answerer takes over");
            outcome = self.write_by(*kind, pen).await;
        }
        outcome
    }

    async fn write_by(&mut self, kind: AnswererKind, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        match kind {
            AnswererKind::Extractive => self.quote(pen).await,
            AnswererKind::Echo => {
                self.receipt.provider = "echo".into();
                pen.write(&self.task.question).await.map(|()| Vec::new())
            }
            AnswererKind::Llm => self.ask_model(pen).await,
        }
    }

    async fn quote(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        self.receipt.provider = "extractive".into();
        let behaviour = &self.task.view.record.config.behaviour;
        let index = &self.task.view.index;
        match extract(&self.task.question, &self.hits, behaviour.evidence_min, index) {
            None => self.refuse(pen).await,
            Some(answer) => {
                self.stream(&answer.text, pen).await?;
                Ok(answer.citations)
            }
        }
    }

    async fn refuse(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        let refusal = self.task.view.record.config.behaviour.refusal.as_str();
        self.stream(refusal, pen).await?;
        Ok(Vec::new())
    }

    async fn stream(&mut self, text: &str, pen: &Pen) -> Result<(), Failure> {
        for piece in pieces(text) {
            pen.write(piece).await?;
            self.note_first_piece();
        }
        Ok(())
    }

    async fn ask_model(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        let config = &self.task.view.record.config;
        // Without evidence a model would make something up; it is not asked.
        let has_sources = !self.task.view.index.is_empty();
        if has_sources
            && evidence(&self.task.question, &self.hits, &self.task.view.index)
                < config.behaviour.evidence_min
        {
            self.receipt.provider = "refusal".into();
            return self.refuse(pen).await;
        }
        let found = self.task.providers.find(config.answerer.provider.as_deref());
        let (name, answerer) = found.ok_or(Failure::NoProvider)?;
        self.receipt.provider = name;
        let request = self.request();
        let said = self.follow(answerer.as_ref(), request, pen).await?;
        Ok(cite(&self.task.question, &said, &self.hits, &self.task.view.index))
    }

    fn request(&mut self) -> AnswerRequest {
        let config = &self.task.view.record.config;
        let system = prompt(&config.behaviour, &self.hits).system;
        self.receipt.prompt_hash = Some(hex_digest(&system));
        let mut turns = self.task.turns.clone();
        turns.push(Turn { role: Role::Visitor, text: self.task.question.clone() });
        AnswerRequest { system, turns, model: config.answerer.model.clone() }
    }

    async fn follow(
        &mut self,
        answerer: &dyn Answerer,
        request: AnswerRequest,
        pen: &Pen,
    ) -> Result<String, Failure> {
        let mut stream = answerer.answer(request).await.map_err(Failure::BeforeFirstPiece)?;
        let mut said = String::new();
        while let Some(piece) = stream.next().await {
            match piece {
                Ok(Piece::Text(text)) => {
                    pen.write(&text).await?;
                    self.note_first_piece();
                    said.push_str(&text);
                }
                Ok(Piece::Finished { model, tokens }) => {
                    (self.receipt.model, self.receipt.tokens) = (model, tokens);
                    return Ok(said);
                }
                Err(fault) if said.is_empty() => return Err(Failure::BeforeFirstPiece(fault)),
                Err(fault) => return Err(Failure::BrokeOff(fault)),
            }
        }
        let fault = AnswerFault::Garbled("the stream ended without an end".into());
        Err(if said.is_empty() { Failure::BeforeFirstPiece(fault) } else { Failure::BrokeOff(fault) })
    }

    fn note_first_piece(&mut self) {
        if self.receipt.times.first_piece_us == 0 {
            self.receipt.times.first_piece_us = micros(self.began);
        }
    }
}

fn blank_receipt(task: &AnswerTask, hits: &[Hit]) -> Receipt {
    let chunk = |hit: &Hit| ReceiptChunk {
        chunk_id: hit.passage.chunk_id,
        document_id: hit.passage.document_id,
        span: (bytes(hit.passage.span.start), bytes(hit.passage.span.end)),
        score: hit.score,
    };
    Receipt {
        config_version: task.view.record.config_version,
        prompt_hash: None,
        provider: String::new(),
        model: None,
        tokens: Tokens::default(),
        chunks: hits.iter().map(chunk).collect(),
        times: StageTimes::default(),
    }
}

fn hex_digest(text: &str) -> String {
    ContentHash(Sha256::digest(text.as_bytes()).into()).to_string()
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn bytes(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}
