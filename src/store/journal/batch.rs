//! Records, turned into the rows of each table.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use aihio_actors::model::{
    AccountId, Event, EventBody, MessageId, Receipt, SessionId, SessionMeta, Timestamp, UsageKind, UsageRow,
};
use aihio_actors::ports::{Feedback, Lead, Record, RecordBody};
use serde::Serialize;
use uuid::Uuid;
use uuid::fmt::Simple;

use super::super::StoreError;
use super::super::dialect::{json_text, moment, month_of, stored};
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
    pub(super) receipts: Vec<ReceiptRow>,
    pub(super) feedback: Vec<FeedbackRow<'a>>,
    pub(super) leads: Vec<LeadRow<'a>>,
    gate_of: HashMap<SessionId, usize>,
    feedback_of: HashMap<MessageId, usize>,
    broken: bool,
}

/// A session that opens.
#[derive(Debug)]
pub(super) struct SessionRow<'a> {
    pub(super) id: Uuid,
    pub(super) account: Uuid,
    pub(super) chatbot: Uuid,
    pub(super) epoch: &'a str,
    pub(super) owner: i64,
    pub(super) visitor: String,
    pub(super) locale: Option<Cow<'a, str>>,
    pub(super) page: Option<Cow<'a, str>>,
    pub(super) at: Timestamp,
}

/// How far a session's gate moves.
#[derive(Debug)]
pub(super) struct GateRow {
    pub(super) id: Uuid,
    pub(super) account: Uuid,
    pub(super) owner: i64,
    pub(super) before: i64,
    pub(super) last: i64,
    pub(super) phase: Option<&'static str>,
    pub(super) messages: i64,
    pub(super) at: Option<Timestamp>,
}

/// An entry of a history.
#[derive(Debug)]
pub(super) struct MessageRow<'a> {
    pub(super) session: Uuid,
    pub(super) month: i32,
    pub(super) seq: i64,
    pub(super) account: Uuid,
    pub(super) chatbot: Uuid,
    pub(super) kind: &'static str,
    pub(super) id: Option<Uuid>,
    pub(super) client: Option<Cow<'a, str>>,
    pub(super) role: Option<&'static str>,
    pub(super) text: Option<Cow<'a, str>>,
    pub(super) reply: Option<Uuid>,
    pub(super) citations: Option<String>,
    pub(super) state: Option<&'static str>,
    pub(super) agent: Option<Cow<'a, str>>,
    pub(super) at: Timestamp,
}

/// Something that was used.
#[derive(Debug)]
pub(super) struct UsageLogRow {
    pub(super) id: Uuid,
    pub(super) month: i32,
    pub(super) account: Uuid,
    pub(super) chatbot: Uuid,
    pub(super) session: Option<Uuid>,
    pub(super) message: Option<Uuid>,
    pub(super) kind: &'static str,
    pub(super) amount: i64,
    pub(super) at: Timestamp,
}

/// How an answer came about.
#[derive(Debug)]
pub(super) struct ReceiptRow {
    pub(super) id: Uuid,
    pub(super) account: Uuid,
    pub(super) chatbot: Uuid,
    pub(super) session: Uuid,
    pub(super) receipt: String,
    pub(super) at: Timestamp,
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
    ///
    /// # Errors
    /// When a value can't be written as JSON.
    pub(super) fn of(records: &'a [Record]) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        for record in records {
            match &record.body {
                RecordBody::Opened(meta) => batch.sessions.push(session_row(record, meta)?),
                RecordBody::Events { events, usage, receipts } => {
                    batch.push_events(record, events)?;
                    batch.push_usage(record, events, usage, receipts)?;
                }
                RecordBody::Feedback(feedback) => batch.push_feedback(record, feedback),
                RecordBody::Lead(lead) => batch.leads.push(lead_row(record, lead)),
            }
        }
        Ok(batch)
    }

    /// Whether each session's events follow each other without a hole and have one owner.
    pub(super) const fn is_contiguous(&self) -> bool {
        !self.broken
    }

    /// Adds events, and moves the session's gate past them.
    pub(super) fn push_events(&mut self, record: &'a Record, events: &'a [Event]) -> Result<(), StoreError> {
        for event in events {
            self.messages.push(message_row(record, event)?);
            let seq = number(event.seq.0);
            let index = *self.gate_of.entry(record.session_id).or_insert_with(|| {
                self.gates.push(GateRow::before(record, seq));
                self.gates.len() - 1
            });
            if let Some(gate) = self.gates.get_mut(index) {
                self.broken |= gate.last.checked_add(1) != Some(seq) || gate.owner != number(record.owner.0);
                gate.pass(event, seq);
            }
        }
        Ok(())
    }

    /// Adds what the events cost and how they came about.
    pub(super) fn push_usage(
        &mut self,
        record: &Record,
        events: &[Event],
        usage: &[UsageRow],
        receipts: &[(MessageId, Receipt)],
    ) -> Result<(), StoreError> {
        self.push_counted(usage);
        let Some(at) = events.last().map(|event| event.at) else { return Ok(()) };
        for (id, receipt) in receipts {
            self.receipts.push(receipt_row(record, *id, receipt, at)?);
        }
        Ok(())
    }

    /// Adds what was used.
    pub(super) fn push_counted(&mut self, usage: &[UsageRow]) {
        self.usage.extend(usage.iter().map(usage_row));
        for answer in usage.iter().filter(|row| row.kind == UsageKind::Answer) {
            *self.answers.entry(answer.account_id).or_default() += answer.amount;
        }
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
    fn before(record: &Record, first: i64) -> Self {
        Self {
            id: record.session_id.as_uuid(),
            account: record.account_id.as_uuid(),
            owner: number(record.owner.0),
            before: first.saturating_sub(1),
            last: first.saturating_sub(1),
            phase: None,
            messages: 0,
            at: None,
        }
    }

    fn pass(&mut self, event: &Event, seq: i64) {
        self.last = seq;
        match &event.body {
            EventBody::Message(_) => {
                self.messages += 1;
                self.at = Some(stored(event.at));
            }
            EventBody::State(change) => self.phase = Some(change.state.word()),
        }
    }
}

fn session_row<'a>(record: &Record, meta: &'a SessionMeta) -> Result<SessionRow<'a>, StoreError> {
    Ok(SessionRow {
        id: meta.session_id.as_uuid(),
        account: meta.account_id.as_uuid(),
        chatbot: meta.chatbot_id.as_uuid(),
        epoch: &meta.epoch.0,
        owner: number(record.owner.0),
        visitor: json_text(&meta.visitor)?,
        locale: meta.locale.as_deref().map(without_nul),
        page: meta.page_url.as_deref().map(without_nul),
        at: stored(meta.opened_at),
    })
}

fn message_row<'a>(record: &Record, event: &'a Event) -> Result<MessageRow<'a>, StoreError> {
    let place = MessageRow {
        session: record.session_id.as_uuid(),
        month: month_of(record.session_id.as_uuid()),
        seq: number(event.seq.0),
        account: record.account_id.as_uuid(),
        chatbot: record.chatbot_id.as_uuid(),
        kind: "state",
        id: None,
        client: None,
        role: None,
        text: None,
        reply: None,
        citations: None,
        state: None,
        agent: None,
        at: stored(event.at),
    };
    Ok(match &event.body {
        EventBody::Message(message) => MessageRow {
            kind: "message",
            id: Some(message.message_id.as_uuid()),
            client: message.client_id.as_ref().map(|id| without_nul(id.as_str())),
            role: Some(message.role.word()),
            text: Some(without_nul(&message.text)),
            reply: message.reply_to.map(|id| id.as_uuid()),
            citations: match message.citations.as_slice() {
                [] => None,
                citations => Some(json_text(citations)?),
            },
            ..place
        },
        EventBody::State(change) => MessageRow {
            state: Some(change.state.word()),
            agent: change.agent.as_ref().map(|agent| without_nul(agent.name.as_str())),
            ..place
        },
    })
}

fn usage_row(row: &UsageRow) -> UsageLogRow {
    UsageLogRow {
        id: row.id,
        month: month_of(row.id),
        account: row.account_id.as_uuid(),
        chatbot: row.chatbot_id.as_uuid(),
        session: row.session_id.map(|id| id.as_uuid()),
        message: row.message_id.map(|id| id.as_uuid()),
        kind: row.kind.word(),
        amount: number(row.amount),
        at: stored(row.created_at),
    }
}

fn receipt_row(
    record: &Record,
    id: MessageId,
    receipt: &Receipt,
    at: Timestamp,
) -> Result<ReceiptRow, StoreError> {
    Ok(ReceiptRow {
        id: id.as_uuid(),
        account: record.account_id.as_uuid(),
        chatbot: record.chatbot_id.as_uuid(),
        session: record.session_id.as_uuid(),
        receipt: json_text(receipt)?,
        at: stored(at),
    })
}

/// A number as both databases keep it. None of ours comes near the limit.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// PostgreSQL has no place for NUL in a text: one odd character must not keep a whole batch out.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
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
