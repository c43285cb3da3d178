//! A network between two that talk: it can stall, and reset a connection after any byte.

use std::io;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

use super::seed::Dice;

/// Bytes that are carried at once.
const CHUNK_BYTES: usize = 2_048;
/// A cut comes after at most so many bytes of a connection, both directions together.
const CUT_BYTES_MAX: u64 = 12_000;
/// Of connections under [`Proxy::cuts`], how many in a hundred are cut.
const CUT_PERCENT: u64 = 80;

/// Passes bytes on, as well or badly as it is told.
#[derive(Debug)]
pub struct Proxy {
    address: String,
    weather: Arc<Weather>,
    acceptor: JoinHandle<()>,
}

#[derive(Debug)]
struct Weather {
    target: String,
    flows: watch::Sender<bool>,
    cuts_left: AtomicUsize,
    cuts_made: AtomicUsize,
    dice: Mutex<Dice>,
    connections: Mutex<Vec<AbortHandle>>,
}

impl Proxy {
    /// Stands before the server at `target`.
    pub async fn before(target: &str, dice: Dice) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let weather = Arc::new(Weather {
            target: target.to_owned(),
            flows: watch::Sender::new(true),
            cuts_left: AtomicUsize::new(0),
            cuts_made: AtomicUsize::new(0),
            dice: Mutex::new(dice),
            connections: Mutex::default(),
        });
        let acceptor = tokio::spawn(accept(listener, Arc::clone(&weather)));
        Self { address, weather, acceptor }
    }

    /// Host and port for clients.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Lets nothing pass until [`Proxy::flow`].
    pub fn stall(&self) {
        self.weather.flows.send_replace(false);
    }

    /// Lets everything pass again.
    pub fn flow(&self) {
        self.weather.flows.send_replace(true);
    }

    /// Resets so many of the coming connections, each after a random number of bytes.
    pub fn cuts(&self, count: usize) {
        self.weather.cuts_left.store(count, Ordering::Relaxed);
    }

    /// How many connections were reset after a random number of bytes.
    pub fn cuts_made(&self) -> usize {
        self.weather.cuts_made.load(Ordering::Relaxed)
    }

    /// Ends every connection without a word; says how many there were.
    pub fn cut_all(&self) -> usize {
        let mut connections = lock(&self.weather.connections);
        connections.drain(..).filter(|connection| !connection.is_finished()).map(|c| c.abort()).count()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.acceptor.abort();
        self.cut_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Weather {
    /// After how many bytes the next connection is reset.
    fn budget(&self) -> i64 {
        let mut dice = lock(&self.dice);
        let (bytes, cut) = (dice.below(CUT_BYTES_MAX), dice.percent(CUT_PERCENT));
        let wanted = cut && self.cuts_left.load(Ordering::Relaxed) > 0;
        if wanted { bytes as i64 + 1 } else { i64::MAX }
    }

    fn note_cut(&self) {
        self.cuts_made.fetch_add(1, Ordering::Relaxed);
        let _ = self
            .cuts_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(1)));
    }

    async fn passes(&self) {
        let _ = self.flows.subscribe().wait_for(|flows| *flows).await;
    }
}

async fn accept(listener: TcpListener, weather: Arc<Weather>) {
    while let Ok((client, _)) = listener.accept().await {
        let passing = tokio::spawn(carry(client, Arc::clone(&weather)));
        let mut connections = lock(&weather.connections);
        connections.retain(|connection| !connection.is_finished());
        connections.push(passing.abort_handle());
    }
}

async fn carry(client: TcpStream, weather: Arc<Weather>) {
    weather.passes().await;
    let Ok(server) = TcpStream::connect(&weather.target).await else { return };
    for end in [&client, &server] {
        // A connection that is dropped is reset, as by a machine that vanished and came back.
        let _ = socket2::SockRef::from(end).set_linger(Some(Duration::ZERO));
        let _ = end.set_nodelay(true);
    }
    let budget = AtomicI64::new(weather.budget());
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    let up = pump(from_client, to_server, &budget, &weather);
    let down = pump(from_server, to_client, &budget, &weather);
    // Whichever end goes first takes the other along.
    let ended = tokio::select! { ended = up => ended, ended = down => ended };
    if matches!(ended, Ok(Ended::Cut)) {
        weather.note_cut();
    }
}

enum Ended {
    Closed,
    Cut,
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    budget: &AtomicI64,
    weather: &Weather,
) -> io::Result<Ended> {
    let mut chunk = [0; CHUNK_BYTES];
    loop {
        let read = from.read(&mut chunk).await?;
        if read == 0 {
            to.shutdown().await?;
            return Ok(Ended::Closed);
        }
        weather.passes().await;
        let left = budget.fetch_sub(read as i64, Ordering::Relaxed);
        let allowed = usize::try_from(left).unwrap_or(0).min(read);
        to.write_all(&chunk[..allowed]).await?;
        if allowed < read {
            return Ok(Ended::Cut);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::patience::within;

    /// A server that says everything back.
    async fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    #[tokio::test]
    async fn what_is_stalled_comes_later() {
        let proxy = Proxy::before(&echo().await, Dice::new(1)).await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        let mut byte = [0];
        stream.write_all(b"a").await.unwrap();
        within("an echo", stream.read_exact(&mut byte)).await.unwrap();
        proxy.stall();
        stream.write_all(b"b").await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(50), stream.read_exact(&mut byte)).await;
        assert!(early.is_err(), "nothing passes");
        proxy.flow();
        within("the echo", stream.read_exact(&mut byte)).await.unwrap();
        assert_eq!(byte, *b"b");
    }

    #[tokio::test]
    async fn a_connection_is_cut_in_the_middle_of_what_it_carries() {
        let proxy = Proxy::before(&echo().await, Dice::new(7)).await;
        proxy.cuts(1);
        let mut heard = Vec::new();
        // One connection in five is spared.
        while proxy.cuts_made() == 0 {
            heard.clear();
            let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
            let _ = stream.write_all(&[7; 2 * CUT_BYTES_MAX as usize]).await;
            let mut chunk = [0; 512];
            while let Ok(Ok(read @ 1..)) =
                tokio::time::timeout(Duration::from_secs(1), stream.read(&mut chunk)).await
            {
                heard.extend_from_slice(&chunk[..read]);
            }
        }
        assert!((heard.len() as u64) < CUT_BYTES_MAX, "{} bytes came", heard.len());
    }

    #[tokio::test]
    async fn all_connections_can_be_cut_at_once() {
        let proxy = Proxy::before(&echo().await, Dice::new(3)).await;
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        let mut byte = [0];
        stream.write_all(b"a").await.unwrap();
        within("an echo", stream.read_exact(&mut byte)).await.unwrap();
        assert_eq!(proxy.cut_all(), 1);
        assert!(within("the end", stream.read_exact(&mut byte)).await.is_err());
    }
}
