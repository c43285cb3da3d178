//! Writes one answer: search, ask, stream, account for it. Runs beside its session and talks to it by messages, so
//! that stopping, detaching and the next question work meanwhile.

use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::suggest::{Answered, AskedModel, suggest};
use super::{ExtractiveAnswer, cite, curated, evidence, extract, pieces, prompt, quotes};
use crate::chatbot::ChatbotView;
use crate::chatbot::session::handle::Progress;
use crate::chatbot::session::state::{AnswerStep, Finished};
use crate::kernel::report;
use crate::model::{
    AnswerId, AnswererKind, Citation, ContentHash, FaultKind, FollowUps, Hit, PassedOver, Receipt,
    ReceiptChunk, Role, StandIn,
};
use crate::ports::{AnswerFault, AnswerRequest, Piece, PieceStream, Providers, Turn};

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
    /// Until when after its beginning another model may take over.
    pub fail_over_within: Duration,
    /// How many passages it may rest on.
    pub passages_max: usize,
    /// Whether it is said what may be asked next.
    pub follow_ups: FollowUps,
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
    /// No provider of that name is configured: another answerer may take over.
    #[error("the provider `{0}` is not configured")]
    NoProvider(String),
    /// The session does not want it any more.
    #[error("nobody waits for the answer")]
    Unwanted,
}

impl Failure {
    /// Who said nothing and why, where another answerer may take over.
    fn passed_over(&self, asked: &str) -> Option<PassedOver> {
        let (provider, fault) = match self {
            Self::BeforeFirstPiece(fault) => (asked, fault.kind()),
            Self::NoProvider(name) => (name.as_str(), FaultKind::NotConfigured),
            Self::BrokeOff(_) | Self::Unwanted => return None,
        };
        Some(PassedOver { provider: provider.to_owned(), fault })
    }
}

/// Writes the answer and sends each step to the session; it ends with [`AnswerStep::Finished`] or
/// [`AnswerStep::Failed`], also when this is aborted or panics. A whole one may be followed by
/// [`AnswerStep::Suggested`].
pub async fn write_answer(task: AnswerTask, session: Recipient<Progress>) {
    let mut pen = Pen { answer_id: task.answer_id, session, done: false };
    let timeout = task.timeout;
    match tokio::time::timeout(timeout, Writing::begin(&task, &mut pen)).await {
        Ok(Ok((finished, answered))) => {
            pen.finish(finished).await;
            if let Some(suggested) = suggest(&task, &answered).await {
                pen.send(AnswerStep::Suggested(suggested)).await;
            }
        }
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
        self.send(AnswerStep::Finished(Box::new(finished))).await;
    }

    async fn send(&self, step: AnswerStep) {
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
    /// What a model said, and which.
    said: String,
    model: Option<AskedModel>,
}

impl<'a> Writing<'a> {
    async fn begin(task: &'a AnswerTask, pen: &mut Pen) -> Result<(Finished, Answered), Failure> {
        let began = Instant::now();
        let hits = task.view.find(&task.question, task.passages_max).await;
        let mut receipt = Receipt::of(task.view.record.config_version, "");
        receipt.times.retrieve_us = micros(began);
        let (said, model) = (String::new(), None);
        let mut writing = Self { task, hits, began: Instant::now(), receipt, said, model };
        let citations = writing.write(pen).await?;
        writing.receipt.times.answer_us = micros(writing.began);
        writing.receipt.chunks = writing.hits.iter().map(|hit| receipt_chunk(hit, &citations)).collect();
        let Self { hits, receipt, said, model, .. } = writing;
        let answered = Answered { text: said, hits, citations: citations.clone(), model };
        Ok((Finished { citations, receipt }, answered))
    }

    /// What the owner wrote, then the first choice, then its stand-ins, as long as nothing has been said.
    async fn write(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        let choice = &self.task.view.record.config.answerer;
        if choice.kind != AnswererKind::Echo
            && let Some(answer) = curated(&self.task.question, &self.hits, &self.task.view.index)
        {
            self.receipt.provider = "curated".into();
            return self.recite(answer, pen).await;
        }
        let mut outcome = self.write_by(&choice.as_stand_in(), pen).await;
        for stand_in in &choice.fallback {
            let Err(failure) = &outcome else { break };
            let Some(passed_over) = failure.passed_over(&self.receipt.provider) else { break };
            tracing::info!(chatbot.id = %self.task.view.record.chatbot_id, error = ?failure, next = ?stand_in.kind,
                "another answerer takes over");
            self.task.providers.passed_over(&passed_over);
            self.receipt.passed_over.push(passed_over);
            self.receipt.prompt_hash = None;
            outcome = self.write_by(stand_in, pen).await;
        }
        outcome
    }

    async fn write_by(&mut self, answerer: &StandIn, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        match answerer.kind {
            AnswererKind::Extractive => self.quote(pen).await,
            AnswererKind::Echo => {
                self.receipt.provider = "echo".into();
                pen.write(&self.task.question).await.map(|()| Vec::new())
            }
            AnswererKind::Llm => self.ask_model(answerer, pen).await,
        }
    }

    async fn quote(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        self.receipt.provider = "extractive".into();
        let behaviour = &self.task.view.record.config.behaviour;
        let index = &self.task.view.index;
        match extract(&self.task.question, &self.hits, behaviour.evidence_min, index) {
            None => self.refuse(pen).await,
            Some(answer) => self.recite(answer, pen).await,
        }
    }

    async fn recite(&mut self, answer: ExtractiveAnswer, pen: &Pen) -> Result<Vec<Citation>, Failure> {
        self.stream(&answer.text, pen).await?;
        Ok(answer.citations)
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

    async fn ask_model(&mut self, answerer: &StandIn, pen: &Pen) -> Result<Vec<Citation>, Failure> {
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
        // A stand-in that names no provider is another attempt at the first choice's.
        let wanted = answerer.provider.as_deref().or(config.answerer.provider.as_deref());
        let unknown = || Failure::NoProvider(wanted.unwrap_or("llm").to_owned());
        let (name, provider) = self.task.providers.find(wanted).ok_or_else(unknown)?;
        self.receipt.provider = name;
        // The visitor waits for all of the chain: no model is begun with when others have taken too long already.
        if self.began.elapsed() >= self.task.fail_over_within {
            return Err(Failure::BeforeFirstPiece(AnswerFault::TimedOut(self.task.fail_over_within)));
        }
        let request = self.request(answerer.model.clone());
        let stream = provider.answer(request).await.map_err(Failure::BeforeFirstPiece)?;
        self.said = self.follow(stream, pen).await?;
        self.model = Some((provider, answerer.model.clone()));
        Ok(cite(&self.task.question, &self.said, &self.hits, &self.task.view.index))
    }

    fn request(&mut self, model: Option<String>) -> AnswerRequest {
        let config = &self.task.view.record.config;
        let system = prompt(&config.behaviour, &self.hits).system;
        self.receipt.prompt_hash = Some(hex_digest(&system));
        let mut turns = self.task.turns.clone();
        turns.push(Turn { role: Role::Visitor, text: self.task.question.clone() });
        AnswerRequest { system, turns, model }
    }

    async fn follow(&mut self, mut stream: PieceStream, pen: &Pen) -> Result<String, Failure> {
        let mut said = String::new();
        let fault = loop {
            match stream.next().await {
                Some(Ok(Piece::Text(text))) => {
                    pen.write(&text).await?;
                    self.note_first_piece();
                    said.push_str(&text);
                }
                Some(Ok(Piece::Finished(_))) if said.trim().is_empty() => {
                    break AnswerFault::Garbled("an answer without words".into());
                }
                Some(Ok(Piece::Finished(end))) => {
                    self.receipt.model = end.model;
                    self.receipt.tokens = end.tokens;
                    self.receipt.cost_micros = end.cost_micros;
                    self.receipt.stop = Some(end.stop);
                    return Ok(said);
                }
                Some(Err(fault)) => break fault,
                None => break AnswerFault::Garbled("the stream ended without an end".into()),
            }
        };
        Err(if said.is_empty() { Failure::BeforeFirstPiece(fault) } else { Failure::BrokeOff(fault) })
    }

    fn note_first_piece(&mut self) {
        if self.receipt.times.first_piece_us == 0 {
            self.receipt.times.first_piece_us = micros(self.began);
        }
    }
}

/// A passage that was given, and whether the answer quotes it.
fn receipt_chunk(hit: &Hit, citations: &[Citation]) -> ReceiptChunk {
    let passage = &hit.passage;
    ReceiptChunk {
        chunk_id: passage.chunk_id,
        source_id: Some(passage.source_id),
        document_id: passage.document_id,
        span: (bytes(passage.span.start), bytes(passage.span.end)),
        score: hit.score,
        cited: citations.iter().any(|citation| quotes(citation, passage)),
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
