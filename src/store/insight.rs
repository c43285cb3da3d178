//! What visitors left behind: forms they filled in, and what they thought of answers.

use aihio_actors::model::{ChatbotId, MessageId, SessionId};
use aihio_actors::ports::{Feedback, Lead, Rating};
use sea_orm::{ColumnTrait, QueryFilter};

use super::entities::{feedback, lead};
use super::page::{Listing, by_id};
use super::words::Word;
use super::{Page, Paged, StoreError, Tenant};

/// A filled-in form with the conversation it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeadRecord {
    /// The conversation.
    pub session_id: SessionId,
    /// The form.
    pub lead: Lead,
}

/// A judgement of an answer with the conversation it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackRecord {
    /// The conversation.
    pub session_id: SessionId,
    /// The judgement.
    pub feedback: Feedback,
}

impl Tenant {
    /// The forms that a chatbot's visitors filled in.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn leads(&self, chatbot: ChatbotId, page: &Page) -> Result<Paged<LeadRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: lead::Column::LeadId,
            key: by_id,
            place: |row: &lead::Model| row.lead_id,
            item: lead_record,
        };
        let select = self.find::<lead::Entity>().filter(lead::Column::ChatbotId.eq(chatbot.as_uuid()));
        listing.page(select, page).await
    }

    /// What a chatbot's visitors thought of its answers, newest answers first.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn feedback(
        &self,
        chatbot: ChatbotId,
        page: &Page,
    ) -> Result<Paged<FeedbackRecord>, StoreError> {
        let listing = Listing {
            database: self.reader(),
            column: feedback::Column::MessageId,
            key: by_id,
            place: |row: &feedback::Model| row.message_id,
            item: feedback_record,
        };
        let select =
            self.find::<feedback::Entity>().filter(feedback::Column::ChatbotId.eq(chatbot.as_uuid()));
        listing.page(select, page).await
    }
}

fn lead_record(row: lead::Model) -> Result<LeadRecord, StoreError> {
    let fields = serde_json::from_value(row.fields)
        .map_err(|_| StoreError::inconsistent("leads", "fields", &row.lead_id))?;
    let lead = Lead { id: row.lead_id, fields, at: row.at };
    Ok(LeadRecord { session_id: SessionId::from_uuid(row.session_id), lead })
}

fn feedback_record(row: feedback::Model) -> Result<FeedbackRecord, StoreError> {
    let feedback = Feedback {
        message_id: MessageId::from_uuid(row.message_id),
        rating: Rating::read(&row.rating, "feedback", "rating")?,
        comment: row.comment,
        at: row.at,
    };
    Ok(FeedbackRecord { session_id: SessionId::from_uuid(row.session_id), feedback })
}
