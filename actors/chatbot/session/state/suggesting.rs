//! From an answer to what may be asked next.

use std::sync::Arc;

use super::{Effect, SessionState, Suggested, Then};
use crate::model::{AnswerId, MessageId, Publication, PublicationData, Seq, Timestamp, UsageKind, UsageRow};
use crate::ports::RecordBody;

/// An answer that was finished.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered {
    /// The attempt.
    pub(super) answer_id: AnswerId,
    /// The message that it became.
    pub(super) message_id: MessageId,
    /// Its position.
    pub(super) seq: Seq,
}

impl SessionState {
    /// Offers questions after the answer that was finished last, unless the conversation has gone on meanwhile. What a
    /// model took for them is counted in any case; no credit is.
    pub(super) fn suggest(
        &mut self,
        answer_id: AnswerId,
        suggested: Suggested,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) {
        let Some(answered) = self.answered.take_if(|answered| answered.answer_id == answer_id) else {
            return;
        };
        let usage = self.suggestions_usage(answered.message_id, &suggested, now);
        let publication = self.suggestions(&answered, suggested.questions);
        if !usage.is_empty() {
            let then = publication.map_or(Then::Nothing, Then::Publish);
            self.keep(RecordBody::Events { events: Arc::default(), usage, receipts: Vec::new() }, then, out);
        } else if let Some(publication) = publication {
            // Not before the answer itself, which may be on its way to the store.
            match self.pending.back_mut() {
                Some(last) => last.then = Then::Publish(publication),
                None => out.push(Effect::Publish(publication)),
            }
        }
    }

    fn suggestions(&self, answered: &Answered, items: Vec<String>) -> Option<Arc<Publication>> {
        let is_newest = self.transcript.assigned() == answered.seq && self.writing.is_none();
        let message_id = answered.message_id;
        (is_newest && !items.is_empty())
            .then(|| Publication::ephemeral(PublicationData::Suggestions { message_id, items }).into())
    }

    fn suggestions_usage(
        &self,
        message_id: MessageId,
        suggested: &Suggested,
        now: Timestamp,
    ) -> Vec<UsageRow> {
        let amounts = [
            (UsageKind::PromptTokens, suggested.tokens.prompt),
            (UsageKind::CompletionTokens, suggested.tokens.completion),
            (UsageKind::CostMicros, suggested.cost_micros.unwrap_or(0)),
        ];
        let used = amounts.into_iter().filter(|(_, amount)| *amount > 0);
        used.map(|(kind, amount)| UsageRow {
            id: kind.suggestions_row_of(message_id),
            ..self.usage((message_id, kind), amount, now)
        })
        .collect()
    }
}
