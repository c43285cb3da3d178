//! A network between client and server that a test can cut.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

/// Passes bytes on until it is told not to.
#[derive(Debug)]
pub struct Proxy {
    address: String,
    connections: Arc<Mutex<Vec<AbortHandle>>>,
    acceptor: JoinHandle<()>,
}

impl Proxy {
    /// Stands before the server at `target`.
    pub async fn before(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let connections = Arc::<Mutex<Vec<AbortHandle>>>::default();
        let acceptor = tokio::spawn(accept(listener, target.to_owned(), Arc::clone(&connections)));
        Self { address, connections, acceptor }
    }

    /// Host and port for clients.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Ends every connection without a word; new ones are passed on again. Says how many there were.
    pub fn cuts(&self) -> usize {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.drain(..).filter(|connection| !connection.is_finished()).map(|c| c.abort()).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.acceptor.abort();
        self.cuts();
    }
}

async fn accept(listener: TcpListener, target: String, connections: Arc<Mutex<Vec<AbortHandle>>>) {
    while let Ok((mut client, _)) = listener.accept().await {
        let target = target.clone();
        let passing = tokio::spawn(async move {
            if let Ok(mut server) = TcpStream::connect(target).await {
                let _ = copy_bidirectional(&mut client, &mut server).await;
            }
        });
        connections.lock().unwrap_or_else(PoisonError::into_inner).push(passing.abort_handle());
    }
}
