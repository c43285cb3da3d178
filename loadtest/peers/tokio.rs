//! The least that a WebSocket server in Rust needs: tokio-websockets on one thread. It sends back what it is sent.

use std::io::{self, Write};

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_websockets::{Error, Message, ServerBuilder};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "listening on {}", listener.local_addr()?)?;
    loop {
        // A socket that went before it was taken concerns nobody else.
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(echo(stream));
        }
    }
}

async fn echo(stream: TcpStream) -> Result<(), Error> {
    stream.set_nodelay(true)?;
    let (_, mut socket) = ServerBuilder::new().accept(stream).await?;
    while let Some(message) = socket.next().await.transpose()? {
        if let Some(text) = message.as_text() {
            socket.send(Message::text(text.to_owned())).await?;
        }
    }
    Ok(())
}
