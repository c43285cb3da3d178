//! `GET` and `PUT /v1/chatbots/{chatbot_id}/evaluation/questions`: what a chatbot is tried with.

use actix_web::{HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::http::field::{chars, within};
use crate::http::json::Json;
use crate::http::member::{Read, Write};
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::store::EvaluationQuestion;

/// Most questions of a chatbot: each is answered twice in an evaluation, while somebody waits.
const QUESTIONS_MAX: usize = 50;

/// The questions that a chatbot is tried with.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Questions {
    /// In the order in which they are shown.
    #[schema(max_items = 50)]
    items: Vec<Question>,
}

/// A question and what a right answer holds.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The question.
    #[schema(min_length = 1, max_length = 1000)]
    question: String,
    /// Words that the answer must hold, whatever their case; none where the chatbot must say that it doesn't know.
    #[schema(max_items = 10)]
    #[serde(default)]
    expected: Vec<String>,
}

/// Show the questions of evaluations
#[utoipa::path(tag = "chatbots", responses((status = 200, description = "All of them.", body = Questions)))]
#[get("/v1/chatbots/{chatbot_id}/evaluation/questions")]
pub(crate) async fn show_questions(owned: OwnedChatbot<Read>) -> Result<HttpResponse, ApiError> {
    let items = owned.member.tenant.evaluation_questions(owned.id()).await?;
    Ok(HttpResponse::Ok().json(Questions { items: items.into_iter().map(Question::from).collect() }))
}

/// Set the questions of evaluations
///
/// All of them at once; an empty list takes them away.
#[utoipa::path(tag = "chatbots", responses((status = 200, description = "As they are now.", body = Questions)))]
#[put("/v1/chatbots/{chatbot_id}/evaluation/questions")]
pub(crate) async fn set_questions(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: Json<Questions>,
) -> Result<HttpResponse, ApiError> {
    check(&body.items)?;
    let questions: Vec<EvaluationQuestion> = body.0.items.into_iter().map(EvaluationQuestion::from).collect();
    let at = service.clock.now();
    owned.member.tenant.save_evaluation_questions(owned.id(), &questions, at).await?;
    Ok(HttpResponse::Ok().json(Questions { items: questions.into_iter().map(Question::from).collect() }))
}

fn check(items: &[Question]) -> Result<(), ApiError> {
    let mut errors: Vec<_> = within("items", &items.len(), &(0..=QUESTIONS_MAX)).into_iter().collect();
    for (n, item) in items.iter().enumerate() {
        errors.extend(chars(&format!("items.{n}.question"), item.question.trim(), 1..=1_000));
        errors.extend(within(&format!("items.{n}.expected"), &item.expected.len(), &(0..=10)));
        for (place, fact) in item.expected.iter().enumerate() {
            errors.extend(chars(&format!("items.{n}.expected.{place}"), fact.trim(), 1..=500));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

impl From<Question> for EvaluationQuestion {
    fn from(Question { question, expected }: Question) -> Self {
        Self { question, expected }
    }
}

impl From<EvaluationQuestion> for Question {
    fn from(EvaluationQuestion { question, expected }: EvaluationQuestion) -> Self {
        Self { question, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_facts_have_words() {
        let item = |question: &str, expected: &[&str]| Question {
            question: question.into(),
            expected: expected.iter().map(ToString::to_string).collect(),
        };
        assert!(check(&[item("When?", &["at nine"]), item("Who?", &[])]).is_ok());
        let faults = check(&[item(" ", &["x"]), item("Why?", &["so", ""])]).unwrap_err().fields;
        let faults: Vec<_> = faults.into_iter().map(|error| error.field).collect();
        assert_eq!(faults, ["items.0.question", "items.1.expected.1"]);
        let many: Vec<Question> = (0..=QUESTIONS_MAX).map(|_| item("Why?", &[])).collect();
        assert!(check(&many).is_err());
    }
}
