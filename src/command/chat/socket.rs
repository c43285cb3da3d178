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

use super::super::failure::Failure;
use super::super::remote::Remote;
use super::super::unique::unique;
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
        let key = STANDARD.encode(unique().as_bytes());
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
    use actix_http::ws::{CloseCode, CloseReason, Codec, Frame, Message as Sent};
    use serde_json::json;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_util::codec::Framed;
    use uuid::Uuid;

    use super::super::super::remote::RemoteArguments;
    use super::*;

    #[test]
    fn the_proof_is_that_of_the_rfc() {
        assert_eq!(accept_of("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    async fn upgraded(mut stream: TcpStream) -> (Framed<TcpStream, Codec>, String) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let header = |name: &str| {
            let line = head
                .lines()
                .find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)));
            line.map_or_else(String::new, |(_, value)| value.to_owned())
        };
        let accept = accept_of(&header("Sec-WebSocket-Key"));
        let reply = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        stream.write_all(reply.as_bytes()).await.unwrap();
        (Framed::new(stream, Codec::new()), header("Origin"))
    }

    /// Pings first and tells the origin once the pong is there; then a push and a reply in one frame; then the end.
    async fn serve(listener: TcpListener) {
        let (mut socket, origin) = upgraded(listener.accept().await.unwrap().0).await;
        socket.send(Sent::Text("{}".into())).await.unwrap();
        assert!(matches!(socket.next().await, Some(Ok(Frame::Text(pong))) if pong == "{}"));
        let told = json!({"id": 9, "error": {"code": 0, "message": origin}});
        socket.send(Sent::Text(told.to_string().into())).await.unwrap();

        let Some(Ok(Frame::Text(command))) = socket.next().await else { panic!("no command") };
        let command: Value = serde_json::from_slice(&command).unwrap();
        let push = json!({"push": {"pub": {"data": {"type": "delta", "text": "hi"}}}});
        let lines = format!("{push}\n{}", json!({"id": command["id"]}));
        socket.send(Sent::Text(lines.into())).await.unwrap();

        let reason = CloseReason { code: CloseCode::Other(3001), description: Some("shutdown".into()) };
        socket.send(Sent::Close(Some(reason))).await.unwrap();
    }

    #[tokio::test]
    async fn commands_go_out_lines_come_in_and_pings_are_answered() {
        rustls::crypto::ring::default_provider().install_default().ok();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(serve(listener));

        let remote = Remote::new(RemoteArguments::to(&format!("http://{address}"))).unwrap();
        let chatbot = ChatbotId::from_uuid(Uuid::nil());
        let mut socket = Socket::open(&remote, chatbot, Some("https://shop.test")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().error.unwrap().message, "https://shop.test");

        assert_eq!(socket.command(json!({"connect": {}})).await.unwrap(), 1);
        assert!(socket.next().await.unwrap().push.is_some());
        assert_eq!(socket.next().await.unwrap().id, 1);

        let closed = socket.next().await.unwrap_err().to_string();
        assert!(closed.contains("code 3001, shutdown"), "{closed}");
        server.await.unwrap();
    }
}
