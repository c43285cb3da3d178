//! A visitor's socket that may break at any moment: whatever goes wrong is an answer, and not a failed test.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_websockets::upgrade::Error as UpgradeError;
use tokio_websockets::{ClientBuilder, Error, Message, WebSocketStream};

/// How long a connection may take to stand.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLine {
    /// Nobody answers.
    Unreachable,
    /// The server answered with this status.
    Refused(u16),
}

/// An open socket.
#[derive(Debug)]
pub struct Line {
    socket: WebSocketStream<TcpStream>,
}

impl Line {
    /// Opens one.
    pub async fn open(address: &str, path: &str) -> Result<Self, NoLine> {
        let opening = async {
            let stream = TcpStream::connect(address).await.map_err(|_| NoLine::Unreachable)?;
            let builder = ClientBuilder::new().uri(&format!("ws://{address}{path}")).expect("an address");
            match builder.connect_on(stream).await {
                Ok((socket, _)) => Ok(Self { socket }),
                Err(Error::Upgrade(UpgradeError::DidNotSwitchProtocols(status))) => {
                    Err(NoLine::Refused(status))
                }
                Err(_) => Err(NoLine::Unreachable),
            }
        };
        tokio::time::timeout(PATIENCE, opening).await.unwrap_or(Err(NoLine::Unreachable))
    }

    /// Says an object, unless the socket has ended.
    pub async fn says(&mut self, object: &Value) -> Option<()> {
        let said = self.socket.send(Message::text(object.to_string()));
        tokio::time::timeout(PATIENCE, said).await.ok()?.ok()
    }

    /// The next frame's text, or none when the socket has ended. May be dropped and called again.
    pub async fn hears(&mut self) -> Option<String> {
        loop {
            let message = self.socket.next().await?.ok()?;
            if message.is_close() {
                return None;
            }
            if let Some(text) = message.as_text() {
                return Some(text.to_owned());
            }
        }
    }
}
