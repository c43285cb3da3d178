//! Records, turned into the rows of each table.

use std::collections::{BTreeMap, HashMap};

use aihio_actors::model::{
    AccountId, Citation, Event, EventBody, MessageId, Receipt, SessionId, SessionMeta, Timestamp, UsageKind,
    UsageRow, Visitor,
};
use aihio_actors::ports::{Feedback, Lead, Record, RecordBody};
use serde::Serialize;
use uuid::fmt::Simple;

use super::super::dialect::{moment, month_of};
use super::super::words::Word;

/// The rows of some records, borrowed from them.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    pub(super) sessions: Vec<SessionRow<'a>>,
    pub(super) gates: Vec<GateRow>,
    pub(super) messages: Vec<MessageRow<'a>>,
    pub(super) usage: Vec<UsageLogRow>,
    /// Answers by account.
    pub(super) answers: BTreeMap<AccountId, u64>,
    pub(super) receipts: Vec<ReceiptRow<'a>>,
    pub(super) feedback: Vec<FeedbackRow<'a>>,
    pub(super) leads: Vec<LeadRow<'a>>,
    gate_of: HashMap<SessionId, usize>,
    feedback_of: HashMap<MessageId, usize>,
    broken: bool,
}

/// A session that opens.
#[derive(Debug, Serialize)]
pub(super) struct SessionRow<'a> {
    id: Simple,
    account: Simple,
    chatbot: Simple,
    epoch: &'a str,
    owner: u64,
    visitor: &'a Visitor,
    locale: Option<&'a str>,
    page: Option<&'a str>,
    at: String,
}

/// How far a session's gate moves.
#[derive(Debug, Serialize)]
pub(super) struct GateRow {
    id: Simple,
    account: Simple,
    owner: u64,
    first: u64,
    last: u64,
    phase: Option<&'static str>,
    messages: u64,
    at: Option<String>,
}

/// An entry of a history.
#[derive(Debug, Default, Serialize)]
pub(super) struct MessageRow<'a> {
    session: Simple,
    month: i32,
    seq: u64,
    account: Simple,
    chatbot: Simple,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Simple>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<Simple>,
    #[serde(skip_serializing_if = "Option::is_none")]
    citations: Option<&'a [Citation]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<&'a str>,
    at: String,
}

/// Something that was used.
#[derive(Debug, Serialize)]
pub(super) struct UsageLogRow {
    id: Simple,
    month: i32,
    account: Simple,
    chatbot: Simple,
    session: Option<Simple>,
    message: Option<Simple>,
    kind: &'static str,
    amount: u64,
    at: String,
}

/// How an answer came about.
#[derive(Debug, Serialize)]
pub(super) struct ReceiptRow<'a> {
    id: Simple,
    account: Simple,
    chatbot: Simple,
    session: Simple,
    receipt: &'a Receipt,
    at: String,
}

/// A judgement of an answer.
#[derive(Debug, Serialize)]
pub(super) struct FeedbackRow<'a> {
    id: Simple,
    account: Simple,
    chatbot: Simple,
    session: Simple,
    rating: &'static str,
    comment: Option<&'a str>,
    at: String,
}

/// A filled-in form.
#[derive(Debug, Serialize)]
pub(super) struct LeadRow<'a> {
    id: Simple,
    account: Simple,
    chatbot: Simple,
    session: Simple,
    fields: &'a serde_json::Map<String, serde_json::Value>,
    at: String,
}

impl<'a> Batch<'a> {
    /// The rows of all records.
    pub(super) fn of(records: &'a [Record]) -> Self {
        let mut batch = Self::default();
        for record in records {
            match &record.body {
                RecordBody::Opened(meta) => batch.sessions.push(session_row(record, meta)),
                RecordBody::Events { events, usage, receipts } => {
                    batch.push_events(record, events);
                    batch.push_usage(record, events, usage, receipts);
                }
                RecordBody::Feedback(feedback) => batch.push_feedback(record, feedback),
                RecordBody::Lead(lead) => batch.leads.push(lead_row(record, lead)),
            }
        }
        batch
    }

    /// Whether each session's events follow each other without a hole and have one owner.
    pub(super) const fn is_contiguous(&self) -> bool {
        !self.broken
    }

    /// Adds events, and moves the session's gate past them.
    pub(super) fn push_events(&mut self, record: &'a Record, events: &'a [Event]) {
        for event in events {
            self.messages.push(message_row(record, event));
            let seq = event.seq.0;
            let index = *self.gate_of.entry(record.session_id).or_insert_with(|| {
                self.gates.push(GateRow::before(record, seq));
                self.gates.len() - 1
            });
            if let Some(gate) = self.gates.get_mut(index) {
                self.broken |= gate.last.checked_add(1) != Some(seq) || gate.owner != record.owner.0;
                gate.pass(event);
            }
        }
    }

    /// Adds what the events cost and how they came about.
    pub(super) fn push_usage(
        &mut self,
        record: &Record,
        events: &[Event],
        usage: &[UsageRow],
        receipts: &'a [(MessageId, Receipt)],
    ) {
        self.usage.extend(usage.iter().map(usage_row));
        for answer in usage.iter().filter(|row| row.kind == UsageKind::Answer) {
            *self.answers.entry(answer.account_id).or_default() += answer.amount;
        }
        let Some(at) = events.last().map(|event| event.at) else { return };
        self.receipts.extend(receipts.iter().map(|(id, receipt)| receipt_row(record, *id, receipt, at)));
    }

    /// The last judgement of an answer counts, and a statement may change a row once.
    fn push_feedback(&mut self, record: &Record, feedback: &'a Feedback) {
        let row = feedback_row(record, feedback);
        match self.feedback_of.get(&feedback.message_id).and_then(|index| self.feedback.get_mut(*index)) {
            Some(earlier) => *earlier = row,
            None => {
                self.feedback_of.insert(feedback.message_id, self.feedback.len());
                self.feedback.push(row);
            }
        }
    }
}

impl GateRow {
    fn before(record: &Record, first: u64) -> Self {
        Self {
            id: record.session_id.as_uuid().simple(),
            account: record.account_id.as_uuid().simple(),
            owner: record.owner.0,
            first,
            last: first.saturating_sub(1),
            phase: None,
            messages: 0,
            at: None,
        }
    }

    fn pass(&mut self, event: &Event) {
        self.last = event.seq.0;
        match &event.body {
            EventBody::Message(_) => {
                self.messages += 1;
                self.at = Some(moment(event.at));
            }
            EventBody::State(change) => self.phase = Some(change.state.word()),
        }
    }
}

fn session_row<'a>(record: &Record, meta: &'a SessionMeta) -> SessionRow<'a> {
    SessionRow {
        id: meta.session_id.as_uuid().simple(),
        account: meta.account_id.as_uuid().simple(),
        chatbot: meta.chatbot_id.as_uuid().simple(),
        epoch: &meta.epoch.0,
        owner: record.owner.0,
        visitor: &meta.visitor,
        locale: meta.locale.as_deref(),
        page: meta.page_url.as_deref(),
        at: moment(meta.opened_at),
    }
}

fn message_row<'a>(record: &Record, event: &'a Event) -> MessageRow<'a> {
    let place = MessageRow {
        session: record.session_id.as_uuid().simple(),
        month: month_of(record.session_id.as_uuid()),
        seq: event.seq.0,
        account: record.account_id.as_uuid().simple(),
        chatbot: record.chatbot_id.as_uuid().simple(),
        at: moment(event.at),
        ..MessageRow::default()
    };
    match &event.body {
        EventBody::Message(message) => MessageRow {
            kind: "message",
            id: Some(message.message_id.as_uuid().simple()),
            client: message.client_id.as_ref().map(|id| id.as_str()),
            role: Some(message.role.word()),
            text: Some(&message.text),
            reply: message.reply_to.map(|id| id.as_uuid().simple()),
            citations: Some(message.citations.as_slice()).filter(|citations| !citations.is_empty()),
            ..place
        },
        EventBody::State(change) => MessageRow {
            kind: "state",
            state: Some(change.state.word()),
            agent: change.agent.as_ref().map(|agent| agent.name.as_str()),
            ..place
        },
    }
}

fn usage_row(row: &UsageRow) -> UsageLogRow {
    UsageLogRow {
        id: row.id.simple(),
        month: month_of(row.id),
        account: row.account_id.as_uuid().simple(),
        chatbot: row.chatbot_id.as_uuid().simple(),
        session: row.session_id.map(|id| id.as_uuid().simple()),
        message: row.message_id.map(|id| id.as_uuid().simple()),
        kind: row.kind.word(),
        amount: row.amount,
        at: moment(row.created_at),
    }
}

fn receipt_row<'a>(record: &Record, id: MessageId, receipt: &'a Receipt, at: Timestamp) -> ReceiptRow<'a> {
    ReceiptRow {
        id: id.as_uuid().simple(),
        account: record.account_id.as_uuid().simple(),
        chatbot: record.chatbot_id.as_uuid().simple(),
        session: record.session_id.as_uuid().simple(),
        receipt,
        at: moment(at),
    }
}

fn feedback_row<'a>(record: &Record, feedback: &'a Feedback) -> FeedbackRow<'a> {
    FeedbackRow {
        id: feedback.message_id.as_uuid().simple(),
        account: record.account_id.as_uuid().simple(),
        chatbot: record.chatbot_id.as_uuid().simple(),
        session: record.session_id.as_uuid().simple(),
        rating: feedback.rating.word(),
        comment: feedback.comment.as_deref(),
        at: moment(feedback.at),
    }
}

fn lead_row<'a>(record: &Record, lead: &'a Lead) -> LeadRow<'a> {
    LeadRow {
        id: lead.id.simple(),
        account: record.account_id.as_uuid().simple(),
        chatbot: record.chatbot_id.as_uuid().simple(),
        session: record.session_id.as_uuid().simple(),
        fields: &lead.fields,
        at: moment(lead.at),
    }
}
