//! Whether an answer is right. Pure.

use serde::Serialize;
use utoipa::ToSchema;

use super::Answer;
use crate::store::EvaluationQuestion;

/// What is thought of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Judgement {
    /// Whether it holds all that is expected.
    pub passed: bool,
    /// The expected facts that it lacks.
    pub missing: Vec<String>,
}

/// How two answers to the same question compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Both are right, or neither is.
    Same,
    /// Only the candidate's is right.
    Better,
    /// Only the one in force is right.
    Worse,
}

impl Judgement {
    /// Holds an answer against what is expected; one that could not be given is never right. Where no fact is expected,
    /// the right answer is one without citations: the refusal.
    #[must_use]
    pub fn of(question: &EvaluationQuestion, answer: Option<&Answer>) -> Self {
        let Some(answer) = answer else { return Self { passed: false, missing: question.expected.clone() } };
        let said = plain(&answer.text);
        let lacks = |fact: &&String| !said.contains(&plain(fact));
        let missing: Vec<String> = question.expected.iter().filter(lacks).cloned().collect();
        let refuses = answer.citations.is_empty();
        let passed = missing.is_empty() && (refuses || !question.expected.is_empty());
        Self { passed, missing }
    }

    /// What `candidate` changes about this one.
    #[must_use]
    pub const fn changed_to(&self, candidate: &Self) -> Change {
        match (self.passed, candidate.passed) {
            (true, false) => Change::Worse,
            (false, true) => Change::Better,
            (true, true) | (false, false) => Change::Same,
        }
    }
}

/// A text in which case and white space make no difference.
fn plain(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use aihio_actors::model::{Citation, ConfigVersion, Receipt, SourceId};
    use uuid::Uuid;

    use super::*;

    fn answer(text: &str, citations: usize) -> Answer {
        let citation = Citation {
            n: 1,
            source_id: SourceId::from_uuid(Uuid::nil()),
            document_id: None,
            title: "Terms".into(),
            url: None,
            quote: "x".into(),
        };
        let receipt = Receipt::of(ConfigVersion(1), "extractive");
        Answer { text: text.into(), citations: vec![citation; citations], receipt }
    }

    fn judged(expected: &[&str], answer: Option<&Answer>) -> (bool, usize) {
        let expected = expected.iter().map(ToString::to_string).collect();
        let judgement = Judgement::of(&EvaluationQuestion { question: "?".into(), expected }, answer);
        (judgement.passed, judgement.missing.len())
    }

    #[test]
    fn an_answer_is_right_when_it_holds_every_fact() {
        let given = answer("It lasts\n three YEARS from the day of purchase. [1]", 1);
        assert_eq!(judged(&["three years", "Day of purchase"], Some(&given)), (true, 0));
        assert_eq!(judged(&["three years", "five years"], Some(&given)), (false, 1));
        assert_eq!(judged(&["three years"], None), (false, 1));
    }

    #[test]
    fn where_nothing_is_expected_the_refusal_is_right() {
        assert_eq!(judged(&[], Some(&answer("I don't know.", 0))), (true, 0));
        assert_eq!(judged(&[], Some(&answer("Surely blue. [1]", 1))), (false, 0));
        assert_eq!(judged(&[], None), (false, 0));
    }

    #[test]
    fn two_judgements_are_compared() {
        let judgement = |passed| Judgement { passed, missing: Vec::new() };
        assert_eq!(judgement(true).changed_to(&judgement(false)), Change::Worse);
        assert_eq!(judgement(false).changed_to(&judgement(true)), Change::Better);
        assert_eq!(judgement(false).changed_to(&judgement(false)), Change::Same);
    }
}
