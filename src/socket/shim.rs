//! The actor of one WebSocket.
//!
//! It is polled by the response body alone: with a peer that stops reading it stands still, its timers too. So it
//! holds nothing that others wait for, is told things only as far as its small mailbox goes, and the kernel ends the
//! connection of a peer that is gone (`TCP_USER_TIMEOUT`, set where connections are accepted).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use actix::fut::WrapFuture;
use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Handler, Running, StreamHandler};
use actix_web::{HttpRequest, HttpResponse, get, web};
use aihio_actors::engine::{
    ChatbotHandle, Command, Delivery, Item, ListenerId, Opening, Outlet, Recovered, Responder, SessionHandle,
    Since, Welcome,
};
use aihio_actors::model::{Epoch, MessageId, Refusal, RefusalCode, Seq};
use uuid::Uuid;

use super::assembly::{Assembly, MESSAGE_BYTES_MAX};
use super::close::Disconnect;
use super::connection::{self, Progress, Step};
use super::frame::Frame;
use super::greeting::{Greeted, Greeting, NotGreeted};
use super::protocol::{self, PING_SECONDS};
use super::websocket::{
    CloseCode, Incoming, Message, ProtocolError, WebsocketContext, WsResponseBuilder, read_message,
};
use crate::error::ApiError;
use crate::http::visitor::PublicChatbot;
use crate::http::{Place, Service};
use crate::limits::{Limited, Single};

/// Deliveries that may wait for a peer that reads slowly.
const MAILBOX_LEN: usize = 256;

/// How long a client may take to greet.
const GREETING_TIME: Duration = Duration::from_secs(10);

/// How long a client may take to answer a ping.
const PONG_TIME: Duration = Duration::from_secs(8);

/// How often a connection tries to find its session's next life.
const REATTACH_MAX: u32 = 20;

/// Open a visitor's socket
///
/// A WebSocket that speaks the Centrifugal client protocol (version 2, JSON). The page's `Origin` has to be on the
/// chatbot's list.
#[utoipa::path(tag = "visitors", security(()), responses(
    (status = 101, description = "The WebSocket is open."),
    (status = 403, description = "The page's origin is not allowed.", body = crate::error::Problem),
    (status = 503, description = "The server is being restarted, or has no place left.", body = crate::error::Problem),
))]
#[get("/v1/chatbots/{chatbot_id}/socket")]
pub(crate) async fn open_socket(
    chatbot: PublicChatbot,
    service: web::Data<Service>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, actix_web::Error> {
    let address = service.options.trusted_proxies.client_of(&request).address();
    service.limits.connect(address).map_err(ApiError::from)?;
    let place = service.admit()?;
    let socket = Socket::new(service, chatbot.handle, place);
    WsResponseBuilder::new(socket, &request, body).frame_size(MESSAGE_BYTES_MAX).start()
}

/// One WebSocket.
struct Socket {
    service: web::Data<Service>,
    chatbot: Arc<ChatbotHandle>,
    client: Uuid,
    progress: Progress,
    attachment: Option<Attachment>,
    /// What came while this socket was between two attachments: it belongs to the client all the same.
    early: VecDeque<Delivery>,
    assembly: Option<Box<Assembly>>,
    pace: Option<Single>,
    heard: bool,
    _place: Place,
}

/// The way to the session, while there is one.
struct Attachment {
    session: SessionHandle,
    outlet: Arc<Outlet>,
    listener: ListenerId,
    epoch: Epoch,
    seen: Seq,
    /// The answer of which pieces came last, with the last one's number.
    draft: Option<(MessageId, u32)>,
}

type SocketContext = WebsocketContext<Socket>;

impl Socket {
    fn new(service: web::Data<Service>, chatbot: Arc<ChatbotHandle>, place: Place) -> Self {
        let client = service.dice.id(service.clock.now());
        let pace = service.limits.socket();
        let (progress, early) = (Progress::Silent, VecDeque::new());
        Self {
            service,
            chatbot,
            client,
            progress,
            attachment: None,
            early,
            assembly: None,
            pace,
            heard: true,
            _place: place,
        }
    }

    fn close(&mut self, disconnect: Disconnect, ctx: &mut SocketContext) {
        let code = CloseCode::from(disconnect.code());
        ctx.close(Some((code, disconnect.reason()).into()));
        ctx.stop();
    }

    /// Takes a whole message: one or more lines.
    fn take(&mut self, text: &str, ctx: &mut SocketContext) {
        self.heard = true;
        for line in text.split('\n').filter(|line| !line.trim().is_empty()) {
            match connection::read(line, self.progress) {
                Step::Pong => {}
                Step::Greet(id, greeting) => self.greet(id, *greeting, ctx),
                Step::Pass(id, command) => self.pass(id, *command, ctx),
                Step::Say(line) => ctx.text(line),
                Step::Refresh(id, token) => self.refresh(id, &token, ctx),
                Step::End(disconnect) => return self.close(disconnect, ctx),
            }
        }
    }

    fn greet(&mut self, id: u32, greeting: Greeting, ctx: &mut SocketContext) {
        self.progress = Progress::Greeting;
        let outlet = Arc::new(Outlet::Actor(ctx.address().recipient()));
        let (service, chatbot) = (self.service.clone(), Arc::clone(&self.chatbot));
        let to = Arc::clone(&outlet);
        let greet = async move { greeting.greet(&service, &chatbot, to).await };
        ctx.spawn(greet.into_actor(self).map(move |greeted, socket, ctx| match greeted {
            Ok(greeted) => socket.greeted(id, greeted, outlet, ctx),
            Err(NotGreeted::InvalidToken) => socket.close(Disconnect::InvalidToken, ctx),
            Err(NotGreeted::Refused(refusal)) => {
                socket.progress = Progress::Silent;
                ctx.text(protocol::error(id, &refusal));
            }
        }));
    }

    fn greeted(&mut self, id: u32, greeted: Greeted, outlet: Arc<Outlet>, ctx: &mut SocketContext) {
        let config = Arc::clone(&self.chatbot.view().public);
        ctx.text(greeted.reply(id, self.client, &config));
        self.progress = Progress::Greeted;
        let Welcome { listener, epoch, offset, .. } = greeted.welcome;
        self.attachment =
            Some(Attachment { session: greeted.session, outlet, listener, epoch, seen: offset, draft: None });
        self.catch_up(ctx);
    }

    /// The limits of the connection and, for messages, of the chatbot. The session's own is the session's.
    fn admit(&self, command: &Command) -> Result<(), Refusal> {
        let too_many = |limited: Limited, message: &str| {
            Refusal::new(RefusalCode::RateLimited, message).retry_after(limited.retry_after)
        };
        if let Some(pace) = &self.pace {
            pace.take().map_err(|limited| too_many(limited, "Too many messages on this connection."))?;
        }
        if matches!(command, Command::SendMessage { .. }) {
            let taken = self.service.limits.chatbot(self.chatbot.id());
            taken.map_err(|limited| too_many(limited, "This chatbot gets too many messages just now."))?;
        }
        Ok(())
    }

    fn pass(&mut self, id: u32, command: Command, ctx: &mut SocketContext) {
        if let Err(refusal) = self.admit(&command) {
            return ctx.text(protocol::error(id, &refusal));
        }
        match &self.attachment {
            Some(attached) => {
                let outlet = Arc::clone(&attached.outlet);
                attached.session.pass(command, Responder::listener(attached.listener, outlet, id));
            }
            None => ctx.text(protocol::error(id, &Refusal::interrupted())),
        }
    }

    fn refresh(&self, id: u32, token: &str, ctx: &mut SocketContext) {
        #[derive(serde::Serialize)]
        struct Refreshed {
            client: Uuid,
            version: &'static str,
            expires: bool,
            ttl: i64,
            token: String,
        }
        let now = self.service.clock.now();
        let session = self.attachment.as_ref().map(|attached| attached.session.id());
        let line = match self.service.tokens.verify_session(token, now) {
            Ok(claims) if Some(claims.session_id) == session => {
                let (token, expires_at) =
                    self.service.tokens.issue_session(self.chatbot.id(), claims.session_id, now);
                let ttl = (expires_at - now).num_seconds();
                let version = env!("CARGO_PKG_VERSION");
                let renewed = Refreshed { client: self.client, version, expires: true, ttl, token };
                protocol::reply(id, "refresh", &renewed)
            }
            _ => {
                let message = "The token does not belong to this conversation or has expired.";
                protocol::error(id, &Refusal::new(RefusalCode::TokenExpired, message))
            }
        };
        ctx.text(line);
    }

    /// The session's life has ended; its next one goes on where this connection was.
    fn reattach(&mut self, tries: u32, ctx: &mut SocketContext) {
        let Some(attached) = self.attachment.take() else { return };
        if tries >= REATTACH_MAX {
            return self.close(Disconnect::InsufficientState, ctx);
        }
        let chatbot = Arc::clone(&self.chatbot);
        let since = Since::Position(attached.epoch.clone(), attached.seen);
        let (id, outlet) = (attached.session.id(), Arc::clone(&attached.outlet));
        let attach = async move {
            let session = chatbot.session(Opening::Known(id)).await?;
            let welcome = session.attach(outlet, since).await?;
            Ok::<_, Refusal>((session, welcome))
        };
        ctx.spawn(attach.into_actor(self).map(move |reattached, socket, ctx| match reattached {
            Ok((_, welcome)) if welcome.recovered == Recovered::No => {
                socket.close(Disconnect::InsufficientState, ctx);
            }
            Ok((session, welcome)) => socket.reattached(Attachment { session, ..attached }, welcome, ctx),
            Err(_) if socket.service.readiness.is_closed() => socket.close(Disconnect::Shutdown, ctx),
            Err(refusal) => {
                socket.attachment = Some(attached);
                let delay = refusal.retry_after.unwrap_or(Duration::from_millis(200));
                ctx.run_later(delay, move |socket, ctx| socket.reattach(tries + 1, ctx));
            }
        }));
    }

    fn reattached(&mut self, attached: Attachment, welcome: Welcome, ctx: &mut SocketContext) {
        let session = attached.session.id();
        let mut frame = Frame::default();
        for publication in welcome.missed.iter().chain(&welcome.draft) {
            // Its last pieces were missed: they come before the answer, as all of it.
            if let Some((message, piece)) = attached.draft
                && publication.message_id() == Some(message)
                && let Some(whole) = publication.whole_answer(piece + 1)
            {
                frame.push(protocol::push(session, &whole));
            }
            frame.push(protocol::push(session, publication));
        }
        if let Some(text) = frame.into_text() {
            ctx.text(text);
        }
        self.attachment = Some(Attachment { listener: welcome.listener, seen: welcome.offset, ..attached });
        self.catch_up(ctx);
    }

    /// Hands over what came early, until the session's life ends once more.
    fn catch_up(&mut self, ctx: &mut SocketContext) {
        while self.attachment.is_some()
            && let Some(delivery) = self.early.pop_front()
        {
            self.hand_over(&delivery, ctx);
        }
    }

    fn hand_over(&mut self, delivery: &Delivery, ctx: &mut SocketContext) {
        let Some(attached) = &mut self.attachment else { return };
        let session = attached.session.id();
        let mut frame = Frame::default();
        let mut last = None;
        for item in &delivery.0 {
            match item {
                Item::Reply(id, outcome) => {
                    frame.push(protocol::rpc_reply(*id, outcome).into());
                }
                Item::Publication(publication) => {
                    frame.push(protocol::push(session, publication));
                    attached.seen =
                        publication.offset.map_or(attached.seen, |offset| offset.max(attached.seen));
                    attached.draft = publication.piece().or(attached.draft);
                }
                Item::Close(_) | Item::Interrupted => last = Some(item),
            }
        }
        if let Some(text) = frame.into_text() {
            ctx.text(text);
        }
        match last {
            Some(Item::Close(reason)) => self.close(Disconnect::from(*reason), ctx),
            Some(Item::Interrupted) => self.reattach(0, ctx),
            _ => {}
        }
    }

    fn beat(&mut self, ctx: &mut SocketContext) {
        if self.progress != Progress::Greeted {
            return;
        }
        self.heard = false;
        ctx.text("{}");
        ctx.run_later(PONG_TIME, |socket, ctx| {
            if !socket.heard {
                socket.close(Disconnect::NoPong, ctx);
            }
        });
    }
}

impl Actor for Socket {
    type Context = SocketContext;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX_LEN);
        ctx.run_later(GREETING_TIME, |socket, ctx| {
            if socket.progress == Progress::Silent {
                socket.close(Disconnect::BadRequest, ctx);
            }
        });
        ctx.run_interval(Duration::from_secs(PING_SECONDS), Self::beat);
    }

    fn stopping(&mut self, _: &mut Self::Context) -> Running {
        if let Some(attached) = self.attachment.take() {
            attached.session.detach(attached.listener);
        }
        Running::Stop
    }
}

impl Drop for Socket {
    /// A connection that breaks drops its actor without stopping it.
    fn drop(&mut self) {
        if let Some(attached) = self.attachment.take() {
            attached.session.detach(attached.listener);
        }
    }
}

impl Handler<Delivery> for Socket {
    type Result = ();

    fn handle(&mut self, delivery: Delivery, ctx: &mut Self::Context) {
        if self.early.len() >= MAILBOX_LEN {
            return self.close(Disconnect::Slow, ctx);
        }
        // A session attaches a socket before the socket knows of it, and its last words may come after its end.
        self.early.push_back(delivery);
        self.catch_up(ctx);
    }
}

impl StreamHandler<Result<Message, ProtocolError>> for Socket {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        match read_message(message, &mut self.assembly, MESSAGE_BYTES_MAX) {
            Ok(Some(Incoming::Text(text))) => self.take(&text, ctx),
            Ok(Some(Incoming::Ping(payload))) => ctx.pong(&payload),
            Ok(Some(Incoming::Closed(reason))) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(Some(Incoming::Binary(_))) => self.close(Disconnect::Unsupported, ctx),
            Ok(None) => {}
            Err(disconnect) => self.close(disconnect, ctx),
        }
    }
}
