//! One evaluation: all questions, put to the configuration in force and to a candidate.

use std::sync::Arc;

use aihio_actors::Limits;
use aihio_actors::answer::AnswerTask;
use aihio_actors::chatbot::ChatbotView;
use aihio_actors::model::{AnswerId, ChatbotConfig, FollowUps, Tokens};
use aihio_actors::ports::{Clock, Dice, PortError, Providers};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Answer, Change, Judgement, Meter, ask};
use crate::store::{EvaluationQuestion, Store};

/// Questions that are answered at once, so that an evaluation takes nothing from visitors that they would notice.
const AT_ONCE: usize = 4;

/// What evaluations work with.
#[derive(Clone)]
pub struct Bench {
    /// The configured models.
    pub providers: Arc<dyn Providers>,
    /// The engine's bounds.
    pub limits: Limits,
    /// Where answers are counted.
    pub store: Store,
    /// When they were given.
    pub clock: Arc<dyn Clock>,
    /// How they are told apart.
    pub dice: Arc<dyn Dice>,
}

/// What came of an evaluation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evaluation {
    /// Of the configuration in force.
    pub current: Tally,
    /// Of the candidate, where there is one.
    pub candidate: Option<Tally>,
    /// Each question.
    pub items: Vec<Item>,
}

/// How many answers of a configuration are right, and what they took.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Tally {
    /// Right answers.
    pub passed: usize,
    /// Wrong ones, or none.
    pub failed: usize,
    /// Tokens that models read.
    pub prompt_tokens: u64,
    /// Tokens that they wrote.
    pub completion_tokens: u64,
    /// What those cost, in millionths of the money that the operator gives prices in.
    pub cost_micros: u64,
}

/// One question with its answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// The question.
    pub question: String,
    /// The answer of the configuration in force.
    pub current: Side,
    /// The candidate's.
    pub candidate: Option<Side>,
    /// How they compare.
    pub change: Option<Change>,
}

/// One configuration's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Side {
    /// Its words; none where it could not be given.
    pub text: Option<String>,
    /// Who answered.
    pub provider: Option<String>,
    /// What is thought of it.
    #[serde(flatten)]
    pub judgement: Judgement,
}

impl Evaluation {
    /// Questions that the candidate answers worse.
    #[must_use]
    pub fn worse(&self) -> usize {
        self.items.iter().filter(|item| item.change == Some(Change::Worse)).count()
    }
}

impl Tally {
    fn add(&mut self, answer: Option<&Answer>, judgement: &Judgement) {
        if judgement.passed {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
        let Some(Answer { receipt, .. }) = answer else { return };
        let Tokens { prompt, completion } = receipt.tokens;
        self.prompt_tokens += prompt;
        self.completion_tokens += completion;
        self.cost_micros += receipt.cost_micros.unwrap_or(0);
    }
}

/// Puts all questions to the view in force and, where one is given, to a candidate over the same knowledge.
///
/// # Errors
/// When an answer can't be counted.
pub async fn evaluate(
    meter: &Meter<'_>,
    view: &Arc<ChatbotView>,
    candidate: Option<ChatbotConfig>,
    questions: Vec<EvaluationQuestion>,
) -> Result<Evaluation, PortError> {
    let candidate = candidate.map(|config| Arc::new(view.configured_as(config)));
    let other = candidate.as_ref();
    let both = questions.iter().map(|question| async move {
        let current = answer(meter, view, question).await?;
        let other = match other {
            Some(candidate) => Some(answer(meter, candidate, question).await?),
            None => None,
        };
        Ok::<_, PortError>((question, current, other))
    });
    let answered = stream::iter(both).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
    let mut evaluation = Evaluation {
        current: Tally::default(),
        candidate: candidate.is_some().then(Tally::default),
        items: Vec::with_capacity(answered.len()),
    };
    for (question, current, other) in answered {
        evaluation.judge(question, current, other);
    }
    Ok(evaluation)
}

async fn answer(
    meter: &Meter<'_>,
    view: &Arc<ChatbotView>,
    question: &EvaluationQuestion,
) -> Result<Option<Answer>, PortError> {
    let answer = meter.bench().answer(view, question).await;
    if let Some(Answer { receipt, .. }) = &answer {
        meter.count(receipt).await?;
    }
    Ok(answer)
}

impl Evaluation {
    fn judge(
        &mut self,
        question: &EvaluationQuestion,
        current: Option<Answer>,
        other: Option<Option<Answer>>,
    ) {
        let judged = |answer: &Option<Answer>| Judgement::of(question, answer.as_ref());
        let before = judged(&current);
        self.current.add(current.as_ref(), &before);
        let after = other.map(|answer| {
            let after = judged(&answer);
            if let Some(tally) = &mut self.candidate {
                tally.add(answer.as_ref(), &after);
            }
            (answer, after)
        });
        self.items.push(Item {
            question: question.question.clone(),
            change: after.as_ref().map(|(_, after)| before.changed_to(after)),
            current: Side::of(current, before),
            candidate: after.map(|(answer, after)| Side::of(answer, after)),
        });
    }
}

impl Side {
    fn of(answer: Option<Answer>, judgement: Judgement) -> Self {
        let (text, provider) = answer.map(|answer| (answer.text, answer.receipt.provider)).unzip();
        Self { text, provider, judgement }
    }
}

impl Bench {
    async fn answer(&self, view: &Arc<ChatbotView>, question: &EvaluationQuestion) -> Option<Answer> {
        ask(AnswerTask {
            answer_id: AnswerId::from_uuid(Uuid::nil()),
            question: question.question.clone(),
            turns: Vec::new(),
            view: Arc::clone(view),
            providers: Arc::clone(&self.providers),
            // A trial has no effects.
            tools: None,
            timeout: self.limits.answer_timeout,
            fail_over_within: self.limits.answer_fail_over_within,
            passages_max: self.limits.answer_passages_max,
            follow_ups: FollowUps::Off,
        })
        .await
    }
}
