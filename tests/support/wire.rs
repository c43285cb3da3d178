//! A WebSocket on which a test can say anything, the forbidden included.

use futures_util::{SinkExt, StreamExt};
use http::header::ORIGIN;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_websockets::upgrade::Error as UpgradeError;
use tokio_websockets::{ClientBuilder, Error, Message, WebSocketStream};

use super::patience::within;

/// RFC 6455, section 5.2: opcodes, and the bit that ends a message.
pub const FIN: u8 = 0x80;
pub const CONTINUATION: u8 = 0x0;
pub const TEXT: u8 = 0x1;
pub const BINARY: u8 = 0x2;

/// What came over the socket.
#[derive(Debug)]
pub enum Heard {
    /// One frame with the objects of its lines.
    Frame(Vec<Value>),
    /// The other side closed, with this code.
    Closed(u16),
    /// The connection broke without a close frame.
    Broken,
}

/// An open WebSocket.
#[derive(Debug)]
pub struct Wire {
    socket: WebSocketStream<TcpStream>,
    /// Every line that was heard, byte for byte.
    pub heard: Vec<String>,
}

impl Wire {
    /// Opens one, or gives the status with which it was refused.
    pub async fn open(address: &str, path: &str, origin: Option<&str>) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.expect("the server accepts connections");
        let mut builder = ClientBuilder::new().uri(&format!("ws://{address}{path}")).expect("an address");
        if let Some(origin) = origin {
            let origin = origin.parse().expect("a header");
            builder = builder.add_header(ORIGIN, origin).expect("an allowed header");
        }
        match within("the upgrade", builder.connect_on(stream)).await {
            Ok((socket, _)) => Ok(Self { socket, heard: Vec::new() }),
            Err(Error::Upgrade(UpgradeError::DidNotSwitchProtocols(status))) => Err(status),
            Err(error) => panic!("no upgrade: {error}"),
        }
    }

    /// Says one JSON object in a frame of its own.
    pub async fn says(&mut self, object: &Value) {
        self.says_text(&object.to_string()).await;
    }

    /// Says one JSON object, if the socket still takes it.
    pub async fn tries_to_say(&mut self, object: &Value) -> bool {
        self.socket.send(Message::text(object.to_string())).await.is_ok()
    }

    /// Says any text in one frame.
    pub async fn says_text(&mut self, text: &str) {
        self.socket.send(Message::text(text.to_owned())).await.expect("the socket takes a frame");
    }

    /// Says a frame of any shape, masked as clients must (with a mask that changes nothing).
    pub async fn says_frame(&mut self, first_byte: u8, payload: &[u8]) {
        let mut frame = vec![first_byte];
        match payload.len() {
            short @ 0..=125 => frame.push(0x80 | short as u8),
            medium @ 126..=0xffff => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&(medium as u16).to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend_from_slice(&(long as u64).to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(payload);
        let _ = self.socket.get_mut().write_all(&frame).await;
    }

    /// Waits for what comes next.
    pub async fn hears(&mut self) -> Heard {
        loop {
            let heard = within("a frame", self.socket.next()).await;
            if let Some(text) = heard.as_ref().and_then(|heard| heard.as_ref().ok()?.as_text()) {
                self.heard.extend(text.lines().map(str::to_owned));
            }
            if !matches!(&heard, Some(Ok(message)) if message.is_ping() || message.is_pong()) {
                return read(heard);
            }
        }
    }

    /// Waits until the other side closes, and gives the code.
    pub async fn hears_close(&mut self) -> u16 {
        loop {
            match self.hears().await {
                Heard::Frame(_) => {}
                Heard::Closed(code) => return code,
                Heard::Broken => panic!("the connection broke without a close frame"),
            }
        }
    }
}

fn lines(frame: &str) -> Vec<Value> {
    let object = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    frame.lines().filter(|line| !line.trim().is_empty()).map(object).collect()
}

fn read(heard: Option<Result<Message, Error>>) -> Heard {
    match heard {
        Some(Ok(message)) if message.is_close() => {
            let (code, _) = message.as_close().expect("it is one");
            Heard::Closed(code.into())
        }
        Some(Ok(message)) => Heard::Frame(lines(message.as_text().expect("text is all that servers send"))),
        Some(Err(_)) | None => Heard::Broken,
    }
}
