//! A server for tests that answers each request with bytes of the test's choice, also with such as no sane server
//! would send.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a request is answered with.
pub(crate) struct Reply {
    pieces: Vec<Vec<u8>>,
    ending: Ending,
}

/// What follows the pieces.
enum Ending {
    Close,
    Hang,
    Reset,
    RepeatLast,
    Drip(std::time::Duration),
}

impl Reply {
    /// A text in one piece, after which the connection closes.
    pub(crate) fn text(text: &str) -> Self {
        Self::pieces(vec![text.into()])
    }

    /// Pieces that are written one by one.
    pub(crate) fn pieces(pieces: Vec<Vec<u8>>) -> Self {
        Self { pieces, ending: Ending::Close }
    }

    /// Nothing, for as long as the client waits.
    pub(crate) fn hang() -> Self {
        Self { pieces: Vec::new(), ending: Ending::Hang }
    }

    /// A text, after which the connection is reset.
    pub(crate) fn reset_after(text: &str) -> Self {
        Self { pieces: vec![text.into()], ending: Ending::Reset }
    }

    /// A text, then the same bytes until the client goes.
    pub(crate) fn endless(text: &str, bytes: Vec<u8>) -> Self {
        Self { pieces: vec![text.into(), bytes], ending: Ending::RepeatLast }
    }

    /// A text, then one byte at a time for ever, with so much time between them.
    pub(crate) fn dripping(text: &str, pause: std::time::Duration) -> Self {
        Self { pieces: vec![text.into()], ending: Ending::Drip(pause) }
    }

    async fn write(self, stream: &mut TcpStream) -> std::io::Result<()> {
        for piece in &self.pieces {
            stream.write_all(piece).await?;
            stream.flush().await?;
            tokio::task::yield_now().await;
        }
        match self.ending {
            Ending::Close => stream.shutdown().await,
            Ending::Hang => std::future::pending().await,
            Ending::Reset => socket2::SockRef::from(&*stream).set_linger(Some(std::time::Duration::ZERO)),
            Ending::Drip(pause) => loop {
                stream.write_all(b"x").await?;
                tokio::time::sleep(pause).await;
            },
            Ending::RepeatLast => loop {
                stream.write_all(self.pieces.last().unwrap()).await?;
            },
        }
    }
}

/// A request as it came.
pub(crate) struct Request {
    /// Line, headers and body.
    pub(crate) text: String,
    /// How many came before.
    pub(crate) number: usize,
}

impl Request {
    /// The path with its query.
    pub(crate) fn path(&self) -> &str {
        self.text.split(' ').nth(1).unwrap_or_default()
    }
}

/// A running server; it ends when it is dropped.
pub(crate) struct ScriptedServer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl ScriptedServer {
    /// Starts a server on a free port.
    pub(crate) async fn start(script: impl Fn(&Request) -> Reply + Send + 'static) -> Self {
        install_tls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(text) = read_request(&mut stream).await else { continue };
                let number = log.lock().unwrap().len();
                log.lock().unwrap().push(text.clone());
                let reply = script(&Request { text, number });
                tokio::spawn(async move { reply.write(&mut stream).await });
            }
        });
        Self { address, requests, task }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// HTTP clients need to know their cryptography; the first caller in a process chooses.
pub(crate) fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0_usize) {
            return Some(text);
        }
    }
}
