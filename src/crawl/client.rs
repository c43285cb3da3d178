//! One HTTP exchange with a checked address.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::ports::PortError;
use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, StatusCode};
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;
use url::Url;

use super::guard::{Guard, GuardRefusal};
use super::{PORT, USER_AGENT};

/// The longest wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What to send.
#[derive(Debug, Clone)]
pub struct SafeRequest {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers beside those that every request has.
    pub headers: HeaderMap,
    /// The body, empty for none.
    pub body: Bytes,
}

impl SafeRequest {
    /// A request for what is at an address.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { method: Method::GET, url, headers: HeaderMap::new(), body: Bytes::new() }
    }
}

/// How much of a body is read, counted after decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit {
    /// The most bytes that are kept.
    pub bytes_max: u64,
    /// What becomes of more.
    pub beyond: Beyond,
}

/// What becomes of a body beyond its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// The exchange fails.
    Refuse,
    /// The rest is left unread.
    CutOff,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct SafeResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty unless the status is a success, for no other is read.
    pub body: Bytes,
}

/// Why an exchange failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpRefusal {
    /// No address of the public web.
    #[error("the address is refused")]
    AddressRefused,
    /// The body is larger than its limit, in bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(u64),
    /// Out of reach, too slow, or no HTTP.
    #[error("the exchange failed")]
    Unreachable(#[source] PortError),
}

/// A response whose head has come.
#[derive(Debug)]
pub struct OpenResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    response: Response,
}

impl OpenResponse {
    /// The next piece of the body, already decompressed; none at its end.
    ///
    /// # Errors
    /// When the exchange breaks off.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, HttpRefusal> {
        self.response.chunk().await.map_err(unreachable)
    }

    /// All of the body.
    ///
    /// # Errors
    /// When the exchange breaks off, or the body is too large.
    pub async fn body(self, limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
        read_body(self.response, limit).await
    }
}

/// Exchanges requests with the public web. Follows no redirects and keeps no connections, so each exchange is with an
/// address that was checked for it.
#[derive(Clone)]
pub struct SafeHttp {
    guard: Guard,
    deadline: Duration,
    tls: ClientConfig,
}

impl SafeHttp {
    /// A client whose exchanges last no longer than `deadline` each. Needs the process's TLS provider to be installed.
    ///
    /// # Errors
    /// When the machine's certificate authorities can't be read.
    pub fn new(guard: Guard, deadline: Duration) -> Result<Self, rustls::Error> {
        // Reading the authorities takes long, so that it is done once and not for each exchange.
        let mut tls = ClientConfig::with_platform_verifier()?;
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { guard, deadline, tls })
    }

    /// Sends a request and reads the response.
    ///
    /// # Errors
    /// When the address is refused, out of reach, or sends too much.
    pub async fn send(&self, request: SafeRequest, limit: BodyLimit) -> Result<SafeResponse, HttpRefusal> {
        match tokio::time::timeout(self.deadline, self.exchange(request, limit)).await {
            Ok(outcome) => outcome,
            Err(elapsed) => Err(HttpRefusal::Unreachable(PortError::transient(PORT, elapsed))),
        }
    }

    async fn exchange(&self, request: SafeRequest, limit: BodyLimit) -> Result<SafeResponse, HttpRefusal> {
        let response = self.begin(request).await?;
        let (status, headers) = (response.status, response.headers.clone());
        let body = if status.is_success() { response.body(limit).await? } else { Bytes::new() };
        Ok(SafeResponse { status, headers, body })
    }

    /// Sends a request and returns when the head of the response has come. Whoever asks bounds the time: the deadline of
    /// this client is not looked at.
    ///
    /// # Errors
    /// When the address is refused or out of reach.
    pub async fn begin(&self, request: SafeRequest) -> Result<OpenResponse, HttpRefusal> {
        let addresses = self.guard.check(&request.url).await.map_err(|refusal| match refusal {
            GuardRefusal::Refused => HttpRefusal::AddressRefused,
            GuardRefusal::Unresolved(fault) => HttpRefusal::Unreachable(PortError::transient(PORT, fault)),
        })?;
        let response = client_for(addresses, self.tls.clone())
            .map_err(unreachable)?
            .request(request.method, request.url)
            .headers(request.headers)
            .body(request.body)
            .send()
            .await
            .map_err(unreachable)?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(OpenResponse { status, headers, response })
    }
}

/// A client that can reach nothing but the checked addresses: no proxy, no redirect, no other resolver.
fn client_for(addresses: Vec<SocketAddr>, tls: ClientConfig) -> reqwest::Result<Client> {
    Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .user_agent(USER_AGENT)
        .dns_resolver(Arc::new(Checked(addresses)))
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
}

/// Reads piece by piece, each already decompressed, so that a small body that unpacks to a huge one ends early.
async fn read_body(mut response: Response, limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
    let bytes_max = usize::try_from(limit.bytes_max).unwrap_or(usize::MAX);
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        let room = bytes_max - body.len();
        if piece.len() > room {
            if limit.beyond == Beyond::Refuse {
                return Err(HttpRefusal::TooLarge(limit.bytes_max));
            }
            body.extend_from_slice(piece.get(..room).unwrap_or_default());
            break;
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn unreachable(fault: reqwest::Error) -> HttpRefusal {
    HttpRefusal::Unreachable(PortError::transient(PORT, fault.without_url()))
}

/// Answers every name with the addresses that were checked.
struct Checked(Vec<SocketAddr>);

impl Resolve for Checked {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}
