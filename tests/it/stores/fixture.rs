//! Tenants, chatbots and conversations to test with.

use aihio::store::{NewChatbot, NewSource, NewUser, Store, Tenant};
use aihio_actors::model::{
    AccountId, AgentName, ChatbotConfig, ChatbotId, Citation, ClientId, ConfigVersion, DocumentId, Epoch,
    Event, EventBody, Job, JobId, JobKind, JobStage, JobState, Message, MessageId, OwnerEpoch, Phase,
    Progress, Receipt, Role, Seq, SessionId, SessionMeta, SourceId, StageTimes, StateChange, Timestamp,
    UsageKind, UsageRow, UserId, Visitor,
};
use aihio_actors::ports::{Journal, Opened, Record, RecordBody, Standing, Waking, Woken};
use uuid::Uuid;

/// A moment on the day that all tests happen on.
pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

/// A new id.
pub(crate) fn id() -> Uuid {
    Uuid::now_v7()
}

/// A new account with its owner.
pub(crate) async fn tenant(store: &Store) -> Tenant {
    let user = new_user();
    let account = user.account_id;
    store.register(user).await.unwrap();
    store.tenant(account)
}

/// Somebody who registers.
pub(crate) fn new_user() -> NewUser {
    let user_id = UserId::from_uuid(id());
    NewUser {
        user_id,
        account_id: AccountId::from_uuid(id()),
        account_name: "Acme".into(),
        name: "Ada".into(),
        email: format!("{user_id}@example.test"),
        password_hash: Some("$argon2id$".into()),
        at: at("10:00:00"),
    }
}

/// A new chatbot.
pub(crate) async fn chatbot(tenant: &Tenant) -> ChatbotId {
    let chatbot_id = ChatbotId::from_uuid(id());
    let new = NewChatbot {
        chatbot_id,
        slug: format!("bot-{chatbot_id}"),
        config: ChatbotConfig::named("Bot"),
        created_by: None,
        at: at("10:00:00"),
    };
    tenant.create_chatbot(new).await.unwrap();
    chatbot_id
}

/// A new source of typed text, with its job.
pub(crate) async fn source(tenant: &Tenant, chatbot_id: ChatbotId) -> (SourceId, Job) {
    let source_id = SourceId::from_uuid(id());
    let kind = JobKind::Text { title: "T".into(), text: "Hello".into() };
    let job = job(tenant.account_id(), chatbot_id, source_id);
    let new = NewSource { source_id, chatbot_id, title: "T".into(), kind, resync: None, at: at("10:00:00") };
    tenant.create_source(new, &job).await.unwrap();
    (source_id, job)
}

/// A job that waits.
pub(crate) fn job(account_id: AccountId, chatbot_id: ChatbotId, source_id: SourceId) -> Job {
    Job {
        job_id: JobId::from_uuid(id()),
        account_id,
        chatbot_id,
        source_id,
        kind: JobKind::Text { title: "T".into(), text: "Hello".into() },
        state: JobState::Queued,
        stage: JobStage::Fetching,
        progress: Progress::default(),
        error: None,
        pages: None,
        attempts: 0,
        created_at: at("10:00:00"),
        updated_at: at("10:00:00"),
    }
}

/// A conversation with what its owner writes to the journal.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    pub(crate) meta: SessionMeta,
    pub(crate) owner: OwnerEpoch,
}

impl Conversation {
    /// A conversation that is not stored yet.
    pub(crate) fn with(tenant: &Tenant, chatbot_id: ChatbotId) -> Self {
        let meta = SessionMeta {
            session_id: SessionId::from_uuid(id()),
            chatbot_id,
            account_id: tenant.account_id(),
            epoch: Epoch("e1".into()),
            visitor: Visitor { name: Some("Vera".into()), ..Visitor::default() },
            locale: Some("de-AT".into()),
            page_url: None,
            opened_at: at("11:00:00"),
        };
        Self { meta, owner: OwnerEpoch::FIRST }
    }

    /// Its id.
    pub(crate) fn id(&self) -> SessionId {
        self.meta.session_id
    }

    /// That it begins.
    pub(crate) fn opens(&self) -> Record {
        self.record(RecordBody::Opened(Box::new(self.meta.clone())))
    }

    /// That the visitor says something under a client's id.
    pub(crate) fn visitor_says(&self, seq: u64, client_id: &str, text: &str) -> Record {
        self.events(vec![visitor_says(seq, client_id, text)])
    }

    /// That the chatbot answers, at the cost of one credit, with a citation and a receipt.
    pub(crate) fn is_answered(&self, seq: u64, text: &str) -> Record {
        let message_id = MessageId::from_uuid(id());
        let citation = Citation {
            n: 1,
            source_id: SourceId::from_uuid(id()),
            document_id: Some(DocumentId::from_uuid(id())),
            title: "Manual".into(),
            url: None,
            quote: "as „written“".into(),
        };
        let message = Message {
            message_id,
            client_id: None,
            role: Role::Assistant,
            text: text.into(),
            reply_to: Some(MessageId::from_uuid(id())),
            citations: vec![citation],
        };
        let event = Event { seq: Seq(seq), at: at("11:00:02.000250"), body: EventBody::Message(message) };
        let usage = vec![self.usage(message_id)];
        self.record(RecordBody::Events {
            events: [event].into(),
            usage,
            receipts: vec![(message_id, receipt())],
        })
    }

    /// That a person takes over.
    pub(crate) fn is_taken_over(&self, seq: u64) -> Record {
        let change = StateChange { state: Phase::Agent, agent: Some(AgentName { name: "Bo".into() }) };
        self.events(vec![Event { seq: Seq(seq), at: at("11:00:03"), body: EventBody::State(change) }])
    }

    /// Events that cost nothing.
    pub(crate) fn events(&self, events: Vec<Event>) -> Record {
        self.record(RecordBody::Events { events: events.into(), usage: Vec::new(), receipts: Vec::new() })
    }

    /// The session as its owner finds it.
    pub(crate) fn opened(&self) -> Opened {
        Opened { meta: self.meta.clone(), owner: self.owner }
    }

    /// Anything else.
    pub(crate) fn record(&self, body: RecordBody) -> Record {
        let SessionMeta { session_id, account_id, chatbot_id, .. } = self.meta;
        Record { session_id, account_id, chatbot_id, owner: self.owner, body }
    }

    fn usage(&self, message_id: MessageId) -> UsageRow {
        UsageRow {
            id: message_id.as_uuid(),
            account_id: self.meta.account_id,
            chatbot_id: self.meta.chatbot_id,
            session_id: Some(self.meta.session_id),
            message_id: Some(message_id),
            kind: UsageKind::Answer,
            amount: 1,
            created_at: at("11:00:02"),
        }
    }
}

/// Something a visitor says.
pub(crate) fn visitor_says(seq: u64, client_id: &str, text: &str) -> Event {
    let message = Message {
        message_id: MessageId::from_uuid(id()),
        client_id: Some(ClientId::parse(client_id).unwrap()),
        role: Role::Visitor,
        text: text.into(),
        reply_to: None,
        citations: Vec::new(),
    };
    Event { seq: Seq(seq), at: at("11:00:01"), body: EventBody::Message(message) }
}

/// How an answer came about.
pub(crate) fn receipt() -> Receipt {
    Receipt {
        times: StageTimes { retrieve_us: 7, ..StageTimes::default() },
        ..Receipt::of(ConfigVersion(3), "extractive")
    }
}

/// The events of a record.
pub(crate) fn events_of(record: &Record) -> Vec<Event> {
    match &record.body {
        RecordBody::Events { events, .. } => events.to_vec(),
        _ => Vec::new(),
    }
}

/// The id of the first message of a record.
pub(crate) fn message_of(record: &Record) -> MessageId {
    let first = events_of(record).into_iter().next();
    match first.map(|event| event.body) {
        Some(EventBody::Message(message)) => message.message_id,
        _ => panic!("no message in {record:?}"),
    }
}

/// What is stored of a session that wakes and remembers nothing.
pub(crate) async fn wake(store: &Store, session: SessionId, standing: Standing) -> Option<Woken> {
    store.wake(Waking { session, standing, remembers: Seq::START, ring: 0 }).await.unwrap()
}

/// A session, as it was opened.
pub(crate) async fn find(store: &Store, session: SessionId) -> Option<Opened> {
    wake(store, session, Standing::Owner).await.map(|woken| woken.opened)
}

/// A session that gets a new owner.
pub(crate) async fn own(store: &Store, session: SessionId) -> Option<Opened> {
    wake(store, session, Standing::NewOwner).await.map(|woken| woken.opened)
}
