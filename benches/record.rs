//! Records for benchmarks, and a journal that commits them.

use std::time::Duration;

use aihio_actors::Limits;
use aihio_actors::journal::state::{JournalState, Next};
use aihio_actors::model::{
    AccountId, ChatbotId, Event, EventBody, Message, MessageId, OwnerEpoch, Role, Seq, SessionId, Timestamp,
};
use aihio_actors::ports::{Outcome, Record, RecordBody};
use uuid::Uuid;

/// 100 bytes.
const TEXT: &str =
    "Could you tell me, please, how long I may keep the bicycle that I hired before I must bring it back?";

/// A journal with nothing in it, under the bounds that hold by default.
pub(crate) fn journal() -> JournalState<u16> {
    let limits = Limits::default();
    JournalState::new(limits.journal_queue_len, limits.journal_batch_len, limits.journal_retry)
}

/// All records in one batch, all of them kept. Freeing them is part of the work.
pub(crate) fn commit(journal: &mut JournalState<u16>, records: Vec<Record>) {
    let len = records.len();
    for (record, promise) in records.into_iter().zip(0..) {
        assert_eq!(journal.push(record, promise), Ok(()), "the queue has room");
    }
    let batch = journal.depart().map_or(0, |batch| batch.len());
    let told = journal.written(Ok(vec![Outcome::Kept; batch]), Duration::ZERO);
    assert!(matches!(told, Next::Settle(fates) if fates.len() == len), "everybody is told");
}

/// What so many messages of visitors have kept.
pub(crate) fn records(len: u16) -> Vec<Record> {
    (0..len).map(record).collect()
}

/// What one message of a visitor has kept.
fn record(number: u16) -> Record {
    let message = Message {
        message_id: MessageId::from_uuid(Uuid::from_u128(number.into())),
        client_id: None,
        role: Role::Visitor,
        text: TEXT.to_owned(),
        reply_to: None,
        citations: Vec::new(),
    };
    let event = Event { seq: Seq(1), at: Timestamp::UNIX_EPOCH, body: EventBody::Message(message) };
    Record {
        session_id: SessionId::from_uuid(Uuid::from_u128(number.into())),
        account_id: AccountId::from_uuid(Uuid::nil()),
        chatbot_id: ChatbotId::from_uuid(Uuid::nil()),
        owner: OwnerEpoch::FIRST,
        body: RecordBody::Events { events: [event].into(), usage: Vec::new(), receipts: Vec::new() },
    }
}
