//! Writes one answer: search, ask, stream, account for it. Runs beside its session and talks to it by messages, so
//! that stopping, detaching and the next question work meanwhile.

use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;
use tokio::time::Instant;

use super::rounds::{OfferedTools, Rounds};
use super::suggest::{Answered, AskedModel, suggest};
use super::{ExtractiveAnswer, curated, extract, pieces, quotes};
use crate::chatbot::ChatbotView;
use crate::chatbot::session::handle::Progress;
use crate::chatbot::session::state::{AnswerStep, Finished};
use crate::kernel::report;
use crate::model::{
    AnswerId, AnswererKind, Citation, FaultKind, FollowUps, Hit, PassedOver, Receipt, ReceiptChunk, StandIn,
};
use crate::ports::{AnswerFault, Providers, Turn};

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
    /// What a model may call for this visitor; none where it may call nothing.
    pub tools: Option<OfferedTools>,
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
pub(super) enum Failure {
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
pub(super) struct Pen {
    answer_id: AnswerId,
    session: Recipient<Progress>,
    done: bool,
}

impl Pen {
    /// Sends a piece and waits until the session has taken it: a session that is busy slows its answer down.
    pub(super) async fn write(&self, text: &str) -> Result<(), Failure> {
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

pub(super) struct Writing<'a> {
    pub(super) task: &'a AnswerTask,
    pub(super) hits: Vec<Hit>,
    pub(super) began: Instant,
    pub(super) receipt: Receipt,
    /// What models have said so far, and which of them said it to the end.
    pub(super) said: String,
    pub(super) model: Option<AskedModel>,
    /// Tools that may be called and were not asked for yet.
    pub(super) tools: Option<OfferedTools>,
    /// The calls of tools, where any may be called.
    pub(super) rounds: Option<Rounds>,
}

impl<'a> Writing<'a> {
    async fn begin(task: &'a AnswerTask, pen: &mut Pen) -> Result<(Finished, Answered), Failure> {
        let began = Instant::now();
        let hits = task.view.find(&task.question, task.passages_max).await;
        let mut receipt = Receipt::of(task.view.record.config_version, "");
        receipt.times.retrieve_us = micros(began);
        let mut writing = Self {
            task,
            hits,
            began: Instant::now(),
            receipt,
            said: String::new(),
            model: None,
            tools: task.tools.clone(),
            rounds: None,
        };
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

    pub(super) async fn refuse(&mut self, pen: &Pen) -> Result<Vec<Citation>, Failure> {
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

    pub(super) fn note_first_piece(&mut self) {
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

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn bytes(position: usize) -> u64 {
    u64::try_from(position).unwrap_or(u64::MAX)
}
