//! A visitor's client: what it says, what it hears, how it comes back.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::chatbot::session::handle::{Since, Welcome};
use crate::chatbot::session::{
    CloseReason, Command, Delivery, Duplicate, Item, Opening, Outlet, Reply, SessionHandle,
};
use crate::kernel::testing::TestEngine;
use crate::model::{
    AgentName, ChatbotId, ClientId, Epoch, MessageId, Phase, Publication, PublicationData, Refusal, Role,
    Seq, SessionId,
};

/// How the connection to a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Closed(CloseReason),
    Interrupted,
    /// Without a word, for there was no room for one.
    Full,
}

/// One visitor with one session.
pub(super) struct Guest {
    pub(super) session: SessionHandle,
    pub(super) epoch: Epoch,
    pub(super) welcome: Welcome,
    chatbot: ChatbotId,
    inbox: mpsc::Receiver<Delivery>,
    unread: VecDeque<Arc<Publication>>,
    end: Option<End>,
}

/// Deliveries that may wait at a client that does not read.
const INBOX_LEN: usize = 256;
const PATIENCE: Duration = Duration::from_secs(600);

impl Guest {
    /// Opens a new session with the world's chatbot.
    pub(super) async fn arrives(engine: &TestEngine) -> Self {
        Self::arrives_at(engine, engine.world.chatbot).await
    }

    pub(super) async fn arrives_at(engine: &TestEngine, chatbot: ChatbotId) -> Self {
        let opening = Opening::New(Box::new(engine.world.meta(chatbot)));
        Self::opens(engine, chatbot, opening, Since::Now).await.unwrap()
    }

    /// Would begin a conversation and may not.
    pub(super) async fn is_turned_away(engine: &TestEngine) -> Refusal {
        let opening = Opening::New(Box::new(engine.world.meta(engine.world.chatbot)));
        match Self::opens(engine, engine.world.chatbot, opening, Since::Now).await {
            Ok(_) => panic!("a conversation began"),
            Err(refusal) => refusal,
        }
    }

    /// Comes back to a session; tries again as long as the refusals are temporary, as clients do.
    pub(super) async fn returns(engine: &TestEngine, known: &Self, since: Since) -> Self {
        let id = known.session.id();
        let come = async {
            loop {
                match Self::opens(engine, known.chatbot, Opening::Known(id), since.clone()).await {
                    Ok(guest) => return guest,
                    Err(refusal) => {
                        assert!(refusal.code.is_temporary(), "refused for good: {refusal:?}");
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, come).await.expect("the session never came back")
    }

    pub(super) async fn opens(
        engine: &TestEngine,
        chatbot: ChatbotId,
        opening: Opening,
        since: Since,
    ) -> Result<Self, Refusal> {
        let session = engine.engine.chatbot(chatbot).await?.session(opening).await?;
        let (sender, inbox) = mpsc::channel(INBOX_LEN);
        let welcome = session.attach(Arc::new(Outlet::Channel(sender)), since).await?;
        let (epoch, unread, end) = (welcome.epoch.clone(), VecDeque::new(), None);
        Ok(Self { session, epoch, welcome, chatbot, inbox, unread, end })
    }

    pub(super) fn id(&self) -> SessionId {
        self.session.id()
    }

    pub(super) async fn commands(&self, command: Command) -> Result<Reply, Refusal> {
        self.session.command(command).await
    }

    /// Sends a message and waits for its acknowledgement.
    pub(super) async fn says(&self, id: &str, text: &str) -> Result<Reply, Refusal> {
        self.commands(message(id, text)).await
    }

    /// Sends a message that must be accepted, and gives back its position.
    pub(super) async fn is_heard(&self, id: &str, text: &str) -> (Seq, MessageId) {
        match self.says(id, text).await {
            Ok(Reply::Sent { seq, message_id, duplicate: Duplicate::No }) => (seq, message_id),
            other => panic!("{id} was not accepted as new: {other:?}"),
        }
    }

    /// Waits until something of that kind is heard; what came before it is remembered.
    pub(super) async fn hears<T>(&mut self, pick: impl Fn(&PublicationData) -> Option<T>) -> T {
        let hear = async {
            loop {
                let publication = self.next().await.expect("the connection ended");
                if let Some(found) = pick(&publication.data) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, hear).await.expect("nothing of that kind came")
    }

    /// Waits for the chatbot's next message.
    pub(super) async fn is_answered(&mut self) -> String {
        self.hears(|data| match data {
            PublicationData::Message { role: Role::Assistant, text, .. } => Some(text.clone()),
            _ => None,
        })
        .await
    }

    pub(super) async fn is_told_by_the_system(&mut self) -> String {
        self.hears(|data| match data {
            PublicationData::Message { role: Role::System, text, .. } => Some(text.clone()),
            _ => None,
        })
        .await
    }

    pub(super) async fn hears_a_piece(&mut self) -> String {
        self.hears(|data| match data {
            PublicationData::Delta { text, .. } => Some(text.clone()),
            _ => None,
        })
        .await
    }

    /// Makes room for what comes next.
    pub(super) fn reads_what_is_there(&mut self) {
        while let Ok(Delivery(items)) = self.inbox.try_recv() {
            self.take(items);
        }
    }

    /// Closes the connection.
    pub(super) fn leaves(&self) {
        self.session.detach(self.welcome.listener);
    }

    /// Waits until the connection ends.
    pub(super) async fn is_sent_away(&mut self) -> End {
        let wait = async { while self.next().await.is_some() {} };
        tokio::time::timeout(PATIENCE, wait).await.expect("the connection never ended");
        self.end.unwrap_or(End::Full)
    }

    async fn next(&mut self) -> Option<Arc<Publication>> {
        loop {
            if let Some(publication) = self.unread.pop_front() {
                return Some(publication);
            }
            if self.end.is_some() {
                return None;
            }
            let Delivery(items) = self.inbox.recv().await?;
            self.take(items);
        }
    }

    fn take(&mut self, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Publication(publication) => self.unread.push_back(publication),
                Item::Close(reason) => self.end = Some(End::Closed(reason)),
                Item::Interrupted => self.end = Some(End::Interrupted),
                Item::Reply(..) => {}
            }
        }
    }
}

pub(super) fn message(id: &str, text: &str) -> Command {
    Command::SendMessage { client_id: ClientId::parse(id).unwrap(), text: text.into() }
}

pub(super) fn agent(name: &str) -> AgentName {
    AgentName { name: name.into() }
}

/// The reply of a command that changes who may answer.
pub(super) const fn phase(phase: Phase) -> Result<Reply, Refusal> {
    Ok(Reply::Phase(phase))
}
