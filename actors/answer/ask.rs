//! An answer by a model: with the passages, in as many rounds as its calls of tools take.

use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::rounds::Rounds;
use super::write::{Failure, Pen, Writing};
use super::{cite, evidence, prompt, prompt_with_tools};
use crate::model::{Citation, ContentHash, Role, StandIn, Tokens};
use crate::ports::{AnswerEnd, AnswerFault, AnswerRequest, MayCall, Piece, PieceStream, ToolCall, Turn};

impl Writing<'_> {
    pub(super) async fn ask_model(
        &mut self,
        answerer: &StandIn,
        pen: &Pen,
    ) -> Result<Vec<Citation>, Failure> {
        let config = &self.task.view.record.config;
        self.open_tools().await;
        // Without evidence a model would make something up; it is not asked. Tools may hold what no source does.
        let has_sources = !self.task.view.index.is_empty();
        if has_sources
            && self.rounds.is_none()
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
        loop {
            let request = self.request(answerer.model.clone());
            let stream = provider.answer(request).await.map_err(|fault| self.failure(fault))?;
            let before = self.said.len();
            let calls = self.follow(stream, pen).await?;
            let Some(rounds) = self.rounds.as_mut().filter(|_| !calls.is_empty()) else { break };
            let said = self.said.get(before..).unwrap_or_default().trim_start().to_owned();
            rounds.make(said, calls).await;
            self.receipt.tools = rounds.account().to_vec();
        }
        self.model = Some((provider, answerer.model.clone()));
        Ok(cite(&self.task.question, &self.said, &self.hits, &self.task.view.index))
    }

    /// The tools are found once an answer, by the first model that is asked.
    async fn open_tools(&mut self) {
        if let Some(offered) = self.tools.take() {
            self.rounds = offered.open(&self.task.view.record).await;
        }
    }

    fn request(&mut self, model: Option<String>) -> AnswerRequest {
        let behaviour = &self.task.view.record.config.behaviour;
        let tools = self.rounds.as_ref().map(Rounds::told);
        let prompt = if tools.is_some() { prompt_with_tools } else { prompt };
        let system = prompt(behaviour, &self.hits).system;
        self.receipt.prompt_hash = Some(hex_digest(&system));
        let mut turns = self.task.turns.clone();
        turns.push(Turn { role: Role::Visitor, text: self.task.question.clone() });
        AnswerRequest { system, turns, model, tools: tools.unwrap_or_default() }
    }

    /// Passes on what the model says, and returns what it wants to be called before it goes on.
    async fn follow(&mut self, mut stream: PieceStream, pen: &Pen) -> Result<Vec<ToolCall>, Failure> {
        let before = self.said.len();
        let fault = loop {
            match stream.next().await {
                Some(Ok(Piece::Text(text))) => self.say(before, text, pen).await?,
                Some(Ok(Piece::Finished(end))) => {
                    let calls = self.account_for(end);
                    let spoke = self.said.get(before..).is_some_and(|said| !said.trim().is_empty());
                    if spoke || !calls.is_empty() {
                        return Ok(calls);
                    }
                    break AnswerFault::Garbled("an answer without words".into());
                }
                Some(Err(fault)) => break fault,
                None => break AnswerFault::Garbled("the stream ended without an end".into()),
            }
        };
        Err(self.failure(fault))
    }

    /// Says a piece. What is said after calls of tools is a paragraph of its own.
    async fn say(&mut self, before: usize, text: String, pen: &Pen) -> Result<(), Failure> {
        let goes_on = before > 0 && self.said.len() == before;
        let text = if goes_on { format!("\n\n{}", text.trim_start()) } else { text };
        pen.write(&text).await?;
        self.note_first_piece();
        self.said.push_str(&text);
        Ok(())
    }

    /// Takes down what the model took, and returns the calls that are to be made.
    fn account_for(&mut self, end: AnswerEnd) -> Vec<ToolCall> {
        let first = self.receipt.stop.is_none();
        let Tokens { prompt, completion } = self.receipt.tokens;
        self.receipt.tokens = Tokens {
            prompt: prompt.saturating_add(end.tokens.prompt),
            completion: completion.saturating_add(end.tokens.completion),
        };
        // A round without a price makes the price of the whole unknown.
        let paid = if first { Some(0) } else { self.receipt.cost_micros };
        self.receipt.cost_micros = paid.zip(end.cost_micros).map(|(paid, cost)| paid.saturating_add(cost));
        self.receipt.model = end.model;
        self.receipt.stop = Some(end.stop);
        let may_call = self.rounds.as_ref().map_or(MayCall::NoMore, Rounds::may_call);
        if may_call == MayCall::Freely { end.calls } else { Vec::new() }
    }

    /// What a fault means at this point: another model may take over as long as nothing was said.
    fn failure(&self, fault: AnswerFault) -> Failure {
        if self.said.is_empty() { Failure::BeforeFirstPiece(fault) } else { Failure::BrokeOff(fault) }
    }
}

fn hex_digest(text: &str) -> String {
    ContentHash(Sha256::digest(text.as_bytes()).into()).to_string()
}
