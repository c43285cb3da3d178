//! The first command of a connection and its reply: connected, authenticated, subscribed and recovered at once.

use std::collections::HashMap;
use std::sync::Arc;

use aihio_actors::engine::{ChatbotHandle, Opening, Outlet, Recovered, SessionHandle, Since, Welcome};
use aihio_actors::model::{Epoch, PublicConfig, Refusal, RefusalCode, Seq, SessionId};
use serde::Serialize;
use uuid::Uuid;

use super::protocol::{self, Connect, ConnectData, PING_SECONDS, PublicationBody};
use crate::auth::TokenError;
use crate::http::Service;
use crate::visitor::{Introduction, begin_session};

/// A language tag that is longer is none (RFC 5646 needs 35).
const LOCALE_BYTES_MAX: usize = 35;

/// A page's address that is longer is left out.
const PAGE_URL_BYTES_MAX: usize = 2_048;

/// Why a connection does not come about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotGreeted {
    /// The token proves nothing here.
    InvalidToken,
    /// Said as the reply; the client may try again.
    Refused(Refusal),
}

/// What a client wants, taken out of its command.
#[derive(Debug)]
pub(super) struct Greeting {
    token: Option<String>,
    data: ConnectData,
    positions: Vec<(String, Since)>,
}

/// An attached connection.
pub(super) struct Greeted {
    /// The session.
    pub(super) session: SessionHandle,
    /// The session's welcome.
    pub(super) welcome: Welcome,
    /// The session's token, renewed.
    pub(super) token: String,
    /// Whether the client asked for what it missed.
    pub(super) was_recovering: bool,
}

impl From<Connect<'_>> for Greeting {
    fn from(connect: Connect<'_>) -> Self {
        let token = connect.token.filter(|token| !token.is_empty()).map(std::borrow::Cow::into_owned);
        let recovering = connect.subs.into_iter().filter(|(_, subscription)| subscription.recover);
        let positions = recovering.map(|(channel, subscription)| {
            let epoch = Epoch(subscription.epoch.as_ref().into());
            (channel.into_owned(), Since::Position(epoch, Seq(subscription.offset)))
        });
        Self { token, data: connect.data.unwrap_or_default(), positions: positions.collect() }
    }
}

impl Greeting {
    /// A greeting with a token and, where the client was before, its position.
    #[must_use]
    pub(super) fn resuming(token: Option<String>, position: Option<(Epoch, Seq)>) -> Self {
        let positions = position.map(|(epoch, seq)| (String::new(), Since::Position(epoch, seq)));
        Self { token, data: ConnectData::default(), positions: positions.into_iter().collect() }
    }

    /// Opens or finds the session and attaches the outlet to it.
    ///
    /// # Errors
    /// When the token proves nothing here, or the chatbot or session refuses.
    pub(super) async fn greet(
        self,
        service: &Service,
        chatbot: &ChatbotHandle,
        outlet: Arc<Outlet>,
    ) -> Result<Greeted, NotGreeted> {
        let known = self.known_session(service, chatbot)?;
        let session = match known {
            Some(id) => match chatbot.session(Opening::Known(id)).await {
                Err(refusal) if refusal.code == RefusalCode::SessionClosed => {
                    self.open_new(service, chatbot).await
                }
                found => found,
            },
            None => self.open_new(service, chatbot).await,
        };
        let session = session.map_err(NotGreeted::Refused)?;
        let since = self.position_in(session.id());
        let was_recovering = since != Since::Now;
        match session.attach(Arc::clone(&outlet), since).await {
            Ok(welcome) => Ok(self.greeted(service, chatbot, (session, welcome), was_recovering)),
            // The session was erased since its token was made: the visitor begins anew.
            Err(refusal) if refusal.code == RefusalCode::SessionClosed && known.is_some() => {
                let session = self.open_new(service, chatbot).await.map_err(NotGreeted::Refused)?;
                let welcome = session.attach(outlet, Since::Now).await.map_err(NotGreeted::Refused)?;
                Ok(self.greeted(service, chatbot, (session, welcome), false))
            }
            Err(refusal) => Err(NotGreeted::Refused(refusal)),
        }
    }

    fn greeted(
        &self,
        service: &Service,
        chatbot: &ChatbotHandle,
        (session, welcome): (SessionHandle, Welcome),
        was_recovering: bool,
    ) -> Greeted {
        let (token, _) = service.tokens.issue_session(chatbot.id(), session.id(), service.clock.now());
        Greeted { session, welcome, token, was_recovering }
    }

    fn known_session(
        &self,
        service: &Service,
        chatbot: &ChatbotHandle,
    ) -> Result<Option<SessionId>, NotGreeted> {
        let Some(token) = &self.token else { return Ok(None) };
        match service.tokens.verify_session(token, service.clock.now()) {
            Ok(claims) if claims.chatbot_id == chatbot.id() => Ok(Some(claims.session_id)),
            Ok(_) | Err(TokenError::Invalid) => Err(NotGreeted::InvalidToken),
            Err(TokenError::Expired) => {
                let message = "The session's token has expired. Get a new one or begin a new conversation.";
                Err(NotGreeted::Refused(Refusal::new(RefusalCode::TokenExpired, message)))
            }
        }
    }

    async fn open_new(&self, service: &Service, chatbot: &ChatbotHandle) -> Result<SessionHandle, Refusal> {
        let introduction = Introduction {
            visitor: self.data.visitor.clone().unwrap_or_default(),
            locale: self.data.locale.clone().filter(|locale| locale.len() <= LOCALE_BYTES_MAX),
            page_url: self.data.page_url.clone().filter(|url| url.len() <= PAGE_URL_BYTES_MAX),
        };
        begin_session(service, chatbot, introduction).await
    }

    fn position_in(&self, session: SessionId) -> Since {
        let channel = protocol::channel(session);
        let named = |name: &str| name == channel || name.is_empty();
        self.positions.iter().find(|(name, _)| named(name)).map_or(Since::Now, |(_, since)| since.clone())
    }
}

#[derive(Serialize)]
struct ConnectReply<'a> {
    client: Uuid,
    version: &'static str,
    ping: u64,
    pong: bool,
    data: ConnectReplyData<'a>,
    subs: HashMap<String, SubscriptionReply<'a>>,
}

#[derive(Serialize)]
struct ConnectReplyData<'a> {
    session_id: SessionId,
    token: &'a str,
    chatbot: &'a PublicConfig,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the protocol's own fields")]
struct SubscriptionReply<'a> {
    recoverable: bool,
    positioned: bool,
    epoch: &'a Epoch,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recovered: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    was_recovering: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    publications: Vec<PublicationBody<'a>>,
}

impl Greeted {
    /// The reply to the connect command, followed by the answer being written, if there is one.
    #[must_use]
    pub(super) fn reply(&self, id: u32, client: Uuid, config: &PublicConfig) -> String {
        let (session_id, welcome) = (self.session.id(), &self.welcome);
        let subscription = SubscriptionReply {
            recoverable: true,
            positioned: true,
            epoch: &welcome.epoch,
            offset: Some(welcome.offset.0).filter(|offset| *offset > 0),
            recovered: welcome.recovered == Recovered::Yes,
            was_recovering: self.was_recovering,
            publications: welcome.missed.iter().map(|missed| PublicationBody::of(missed)).collect(),
        };
        let reply = ConnectReply {
            client,
            version: env!("CARGO_PKG_VERSION"),
            ping: PING_SECONDS,
            pong: true,
            data: ConnectReplyData { session_id, token: &self.token, chatbot: config },
            subs: HashMap::from([(protocol::channel(session_id), subscription)]),
        };
        let mut frame = protocol::reply(id, "connect", &reply);
        if let Some(draft) = &welcome.draft {
            frame.push('\n');
            frame.push_str(&protocol::push(session_id, draft));
        }
        frame
    }
}
