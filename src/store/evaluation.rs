//! What owners try before it goes live: a chatbot's draft, and the questions that it is tried with.

use aihio_actors::model::{ChatbotId, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::dialect::{Sql, json_text, moment};
use super::{Existence, StoreError, Tenant};

/// A question and what a right answer to it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvaluationQuestion {
    /// The question.
    pub question: String,
    /// The facts that the answer must hold; none where it must be the refusal.
    pub expected: Vec<String>,
}

/// A change of a configuration that is not in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// The change, as a merge patch (RFC 7396).
    pub change: Map<String, Value>,
    /// When it was written.
    pub updated_at: Timestamp,
}

const QUESTIONS: Sql =
    Sql::same("SELECT questions FROM evaluation_sets WHERE chatbot_id = $1 AND account_id = $2");

const SAVE_QUESTIONS: Sql = Sql {
    sqlite: "INSERT INTO evaluation_sets (chatbot_id, account_id, questions, updated_at) \
             SELECT chatbot_id, account_id, $3, $4 FROM chatbots WHERE chatbot_id = $1 AND account_id = $2 \
             ON CONFLICT (chatbot_id) DO UPDATE SET questions = excluded.questions, updated_at = excluded.updated_at",
    postgres: "INSERT INTO evaluation_sets (chatbot_id, account_id, questions, updated_at) \
             SELECT chatbot_id, account_id, $3::text::jsonb, $4::text::timestamptz FROM chatbots \
             WHERE chatbot_id = $1 AND account_id = $2 \
             ON CONFLICT (chatbot_id) DO UPDATE SET questions = excluded.questions, updated_at = excluded.updated_at",
};

const DRAFT: Sql =
    Sql::same("SELECT change, updated_at FROM config_drafts WHERE chatbot_id = $1 AND account_id = $2");

const SAVE_DRAFT: Sql = Sql {
    sqlite: "INSERT INTO config_drafts (chatbot_id, account_id, change, updated_at) \
             SELECT chatbot_id, account_id, $3, $4 FROM chatbots WHERE chatbot_id = $1 AND account_id = $2 \
             ON CONFLICT (chatbot_id) DO UPDATE SET change = excluded.change, updated_at = excluded.updated_at",
    postgres: "INSERT INTO config_drafts (chatbot_id, account_id, change, updated_at) \
             SELECT chatbot_id, account_id, $3::text::jsonb, $4::text::timestamptz FROM chatbots \
             WHERE chatbot_id = $1 AND account_id = $2 \
             ON CONFLICT (chatbot_id) DO UPDATE SET change = excluded.change, updated_at = excluded.updated_at",
};

const DELETE_DRAFT: Sql = Sql::same("DELETE FROM config_drafts WHERE chatbot_id = $1 AND account_id = $2");

impl Tenant {
    /// The questions that a chatbot is tried with, in their order.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn evaluation_questions(
        &self,
        chatbot: ChatbotId,
    ) -> Result<Vec<EvaluationQuestion>, StoreError> {
        let Some(row) = self.row_of(QUESTIONS, chatbot).await? else { return Ok(Vec::new()) };
        let questions: Value = row.try_get("", "questions")?;
        let wrong = |_| StoreError::inconsistent("evaluation_sets", "questions", &chatbot);
        serde_json::from_value(questions).map_err(wrong)
    }

    /// Puts questions in the place of those that a chatbot was tried with.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn save_evaluation_questions(
        &self,
        chatbot: ChatbotId,
        questions: &[EvaluationQuestion],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.save_json(SAVE_QUESTIONS, chatbot, (json_text(questions)?, at)).await
    }

    /// The chatbot's draft.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn draft(&self, chatbot: ChatbotId) -> Result<Option<Draft>, StoreError> {
        let Some(row) = self.row_of(DRAFT, chatbot).await? else { return Ok(None) };
        let change: Value = row.try_get("", "change")?;
        let wrong = |_| StoreError::inconsistent("config_drafts", "change", &chatbot);
        let change = serde_json::from_value(change).map_err(wrong)?;
        Ok(Some(Draft { change, updated_at: row.try_get("", "updated_at")? }))
    }

    /// Puts a draft in the place of the chatbot's former one.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn save_draft(&self, chatbot: ChatbotId, draft: &Draft) -> Result<(), StoreError> {
        self.save_json(SAVE_DRAFT, chatbot, (json_text(&draft.change)?, draft.updated_at)).await
    }

    /// Forgets the chatbot's draft.
    ///
    /// # Errors
    /// When the store can't be written.
    pub async fn delete_draft(&self, chatbot: ChatbotId) -> Result<Existence, StoreError> {
        let values = vec![chatbot.as_uuid().into(), self.owner().into()];
        let deleted = self.writer().execute_raw(DELETE_DRAFT.with(self.writer(), values)).await?;
        Ok(Existence::of(deleted.rows_affected()))
    }

    async fn row_of(&self, sql: Sql, chatbot: ChatbotId) -> Result<Option<QueryResult>, StoreError> {
        let values = vec![chatbot.as_uuid().into(), self.owner().into()];
        Ok(self.reader().query_one_raw(sql.with(self.reader(), values)).await?)
    }

    async fn save_json(
        &self,
        sql: Sql,
        chatbot: ChatbotId,
        (json, at): (String, Timestamp),
    ) -> Result<(), StoreError> {
        let values = vec![chatbot.as_uuid().into(), self.owner().into(), json.into(), moment(at).into()];
        self.writer().execute_raw(sql.with(self.writer(), values)).await?;
        Ok(())
    }
}
