//! What an evaluation costs: the credits of its answers, and what they took.

use std::sync::{Mutex, PoisonError};

use aihio_actors::billing::Reservation;
use aihio_actors::engine::ChatbotHandle;
use aihio_actors::model::{
    AccountId, ChatbotId, MessageId, Receipt, Refusal, Timestamp, UsageKind, UsageRow,
};
use aihio_actors::ports::PortError;

use super::Bench;

/// The credits that an evaluation may use up. Those that it does not are free again when it is dropped.
pub struct Meter<'a> {
    bench: &'a Bench,
    account: AccountId,
    chatbot: ChatbotId,
    credits: Mutex<Vec<Reservation>>,
}

impl<'a> Meter<'a> {
    /// Holds a credit for each of so many answers, before the first is given: an evaluation that breaks off would have
    /// cost something and told nothing.
    ///
    /// # Errors
    /// When the account has fewer credits left, or can't be asked now. Then none is held.
    pub async fn start(bench: &'a Bench, chatbot: &ChatbotHandle, answers: usize) -> Result<Self, Refusal> {
        let credits = chatbot.account().reserve_all(answers).await?;
        let (account, chatbot) = (chatbot.account_id(), chatbot.id());
        Ok(Self { bench, account, chatbot, credits: Mutex::new(credits) })
    }

    pub(super) const fn bench(&self) -> &Bench {
        self.bench
    }

    /// Counts an answer that was given.
    ///
    /// # Errors
    /// When it can't be stored.
    pub(super) async fn count(&self, receipt: &Receipt) -> Result<(), PortError> {
        let credit = self.credits.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let counted = self.bench.store.count_usage(&self.usage(receipt)).await;
        match (credit, &counted) {
            (Some(credit), Ok(())) => credit.settle(),
            (Some(credit), Err(_)) => credit.doubt(),
            (None, _) => {}
        }
        counted
    }

    fn usage(&self, receipt: &Receipt) -> Vec<UsageRow> {
        let now: Timestamp = self.bench.clock.now();
        // Not a message of any conversation, but told apart like one.
        let answer = MessageId::from_uuid(self.bench.dice.id(now));
        let amounts = [
            (UsageKind::Answer, 1),
            (UsageKind::Evaluation, 1),
            (UsageKind::PromptTokens, receipt.tokens.prompt),
            (UsageKind::CompletionTokens, receipt.tokens.completion),
            (UsageKind::CostMicros, receipt.cost_micros.unwrap_or(0)),
        ];
        let used = amounts.into_iter().filter(|(_, amount)| *amount > 0);
        used.map(|(kind, amount)| UsageRow {
            id: kind.row_of(answer),
            account_id: self.account,
            chatbot_id: self.chatbot,
            session_id: None,
            message_id: None,
            kind,
            amount,
            created_at: now,
        })
        .collect()
    }
}
