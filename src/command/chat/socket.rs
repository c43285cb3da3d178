//! The WebSocket (RFC 6455) to the server. The handshake goes through the HTTP client, so that certificates and
//! proxies are treated as everywhere else.

use std::collections::VecDeque;

use aihio_actors::model::ChatbotId;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, StatusCode, Upgraded};
use ring::digest;
use serde_json::Value;
use tokio_websockets::{ClientBuilder, Message, WebSocketStream};
use uuid::Uuid;

use super::super::failure::Failure;
use super::super::remote::Remote;
use super::wire::Incoming;

/// What the server mixes into the key to prove that it speaks the protocol (RFC 6455, section 1.3).
const ACCEPT_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// An open socket. Pings are answered while it is listened to.
pub(super) struct Socket {
    stream: WebSocketStream<Upgraded>,
    arrived: VecDeque<Incoming>,
    commands: u32,
}

impl Socket {
    /// Opens the chatbot's socket.
    pub(super) async fn open(
        remote: &Remote,
        chatbot: ChatbotId,
        origin: Option<&str>,
    ) -> Result<Self, Failure> {
        let key = STANDARD.encode(Uuid::new_v4().as_bytes());
        let mut request = remote
            .request(Method::GET, &format!("/v1/chatbots/{chatbot}/socket"))?
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", &key);
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        let response = remote.send(request).await?;
        let accepted = response
            .headers()
            .get("Sec-WebSocket-Accept")
            .map(|accept| accept.as_bytes() == accept_of(&key).as_bytes());
        if response.status() != StatusCode::SWITCHING_PROTOCOLS || accepted != Some(true) {
            return Err(Failure::new("the server does not speak the WebSocket protocol at this address")
                .at(response.url())
                .cure("A proxy in front of it must pass `Connection: Upgrade` on."));
        }
        let upgraded = response.upgrade().await.map_err(|error| closed().because(&error))?;
        let stream = ClientBuilder::new().take_over(upgraded);
        Ok(Self { stream, arrived: VecDeque::new(), commands: 0 })
    }

    /// Sends a command and returns its number.
    pub(super) async fn command(&mut self, mut command: Value) -> Result<u32, Failure> {
        self.commands += 1;
        if let Some(fields) = command.as_object_mut() {
            fields.insert("id".to_owned(), self.commands.into());
        }
        self.send(command.to_string()).await?;
        Ok(self.commands)
    }

    /// The next line that says something. Dropping the future loses nothing.
    pub(super) async fn next(&mut self) -> Result<Incoming, Failure> {
        loop {
            if let Some(incoming) = self.arrived.pop_front() {
                return Ok(incoming);
            }
            let message = match self.stream.next().await {
                Some(Ok(message)) => message,
                Some(Err(error)) => return Err(closed().because(&error)),
                None => return Err(closed()),
            };
            self.take(&message).await?;
        }
    }

    async fn take(&mut self, message: &Message) -> Result<(), Failure> {
        if let Some((code, reason)) = message.as_close() {
            return Err(closed().at(format!("code {}, {reason}", u16::from(code))));
        }
        let Some(text) = message.as_text() else { return Ok(()) };
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if line == "{}" {
                self.send("{}".to_owned()).await?;
                continue;
            }
            let incoming = serde_json::from_str(line).map_err(|error| {
                Failure::new("the server sent something that is not understood").because(&error)
            })?;
            self.arrived.push_back(incoming);
        }
        Ok(())
    }

    async fn send(&mut self, text: String) -> Result<(), Failure> {
        self.stream.send(Message::text(text)).await.map_err(|error| closed().because(&error))
    }
}

fn closed() -> Failure {
    Failure::new("the connection was closed").cure("Start the conversation again.")
}

fn accept_of(key: &str) -> String {
    STANDARD
        .encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, format!("{key}{ACCEPT_GUID}").as_bytes()))
}

#[cfg(test)]
mod tests {
    use actix::{Actor, StreamHandler};
    use actix_web::{App, HttpRequest, HttpServer, web};
    use actix_web_actors::ws;
    use serde_json::json;

    use super::super::super::remote::RemoteArguments;
    use super::*;

    #[test]
    fn the_proof_is_that_of_the_rfc() {
        assert_eq!(accept_of("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    /// Pings first; once the pong is there, answers each command with its number and the origin, then a push.
    struct Server(String);

    impl Actor for Server {
        type Context = ws::WebsocketContext<Self>;

        fn started(&mut self, context: &mut Self::Context) {
            context.text("{}");
        }
    }

    impl StreamHandler<Result<ws::Message, ws::ProtocolError>> for Server {
        fn handle(&mut self, message: Result<ws::Message, ws::ProtocolError>, context: &mut Self::Context) {
            let Ok(ws::Message::Text(text)) = message else { return context.close(None) };
            match serde_json::from_str::<Value>(&text).unwrap() {
                pong if pong == json!({}) => {
                    context.text(json!({"id": 1, "error": {"code": 0, "message": self.0}}).to_string());
                }
                command if command["stop"].is_null() => {
                    let push = json!({"push": {"pub": {"data": {"type": "delta", "text": "hi"}}}});
                    context.text(format!("{push}\n{}", json!({"id": command["id"]})));
                }
                _ => context.close(Some(ws::CloseReason {
                    code: ws::CloseCode::Other(3001),
                    description: Some("shutdown".into()),
                })),
            }
        }
    }

    async fn upgrade(request: HttpRequest, body: web::Payload) -> actix_web::Result<actix_web::HttpResponse> {
        let origin = request.headers().get("Origin").map(|origin| origin.to_str().unwrap().to_owned());
        ws::start(Server(origin.unwrap_or_default()), &request, body)
    }

    #[actix_web::test]
    async fn commands_go_out_lines_come_in_and_pings_are_answered() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let routes = || App::new().route("/v1/chatbots/{id}/socket", web::get().to(upgrade));
        let server = HttpServer::new(routes).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);

        let remote = Remote::new(RemoteArguments::to(&format!("http://{address}"))).unwrap();
        let chatbot = ChatbotId::from_uuid(Uuid::nil());
        let mut socket = Socket::open(&remote, chatbot, Some("https://shop.test")).await.unwrap();
        let ponged = socket.next().await.unwrap();
        assert_eq!(ponged.error.unwrap().message, "https://shop.test");

        assert_eq!(socket.command(json!({"connect": {}})).await.unwrap(), 1);
        assert!(socket.next().await.unwrap().push.is_some());
        assert_eq!(socket.next().await.unwrap().id, 1);

        assert_eq!(socket.command(json!({"stop": true})).await.unwrap(), 2);
        let closed = socket.next().await.unwrap_err().to_string();
        assert!(closed.contains("code 3001, shutdown"), "{closed}");
        handle.stop(false).await;
    }
}
