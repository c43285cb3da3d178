//! The smallest HTTP/1.1 server, for what plays the outside world: one request a connection, the answer written by hand
//! so that it can be wrong in every way.

use std::future::Future;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    /// The request line and the headers, as they were sent.
    pub head: String,
    pub body: String,
}

/// Answers requests until it is dropped.
#[derive(Debug)]
pub struct Stub {
    address: String,
    acceptor: JoinHandle<()>,
}

impl Stub {
    /// Answers each connection's request with `answer`.
    pub async fn serve<F>(answer: impl Fn(Request, TcpStream) -> F + Send + Clone + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let acceptor = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move {
                    if let Some(request) = read(&mut stream).await {
                        answer(request, stream).await;
                    }
                });
            }
        });
        Self { address, acceptor }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.acceptor.abort();
    }
}

/// Writes a whole answer and ends the connection.
pub async fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(request) = parse(&bytes) {
            return Some(request);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let path = head.split(' ').nth(1)?.to_owned();
    (body.len() >= length.unwrap_or(0)).then(|| Request {
        path,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}
