//! Opening one socket: from which address, with which handshake, and what to call it when it fails.

use std::io;
use std::net::SocketAddr;

use http::header::ORIGIN;
use thiserror::Error;
use tokio::net::{TcpSocket, TcpStream};
use tokio_websockets::upgrade::Error as UpgradeError;
use tokio_websockets::{ClientBuilder, Error as SocketError, WebSocketStream};

use crate::fault::Fault;
use crate::serving::Loss;
use crate::target::Target;

/// An open WebSocket.
pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Why a socket did not open.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    #[error("network")]
    Network(#[from] io::Error),
    #[error("handshake")]
    Handshake(#[from] SocketError),
    #[error("timed out")]
    TimedOut,
    /// The socket was closed before a session began.
    #[error("closed")]
    Lost(Loss),
    /// The server refused the session with an error reply, which is counted where it was heard.
    #[error("refused")]
    Refused,
}

/// Opens socket `number` of a run.
///
/// # Errors
/// When the network or the server refuses it.
pub(crate) async fn open(target: &Target, number: u32) -> Result<Socket, ConnectError> {
    let socket = if target.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(source) = target.source(number) {
        // Ports of an earlier run that still wait out their time can be taken again.
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::new(source, 0))?;
    }
    let stream = socket.connect(target.address).await?;
    stream.set_nodelay(true)?;
    let mut builder = ClientBuilder::from_uri(target.uri.clone());
    if let Some(origin) = &target.origin {
        builder = builder.add_header(ORIGIN, origin.clone())?;
    }
    Ok(builder.connect_on(stream).await?.0)
}

impl ConnectError {
    /// What to count it as; `None` when it has been counted already.
    pub(crate) fn fault(&self) -> Option<Fault> {
        Some(Fault::NotConnected(match self {
            Self::Refused => return None,
            Self::Lost(Loss::Closed(code)) => Fault::Closed(*code).to_string(),
            Self::Lost(Loss::Cut(_)) => String::from("cut"),
            Self::TimedOut => String::from("timed out"),
            Self::Network(error) | Self::Handshake(SocketError::Io(error)) => error.kind().to_string(),
            Self::Handshake(SocketError::Upgrade(UpgradeError::DidNotSwitchProtocols(status))) => {
                format!("HTTP {status}")
            }
            Self::Handshake(error) => error.to_string(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_counted_by_what_the_operator_can_act_on() {
        let forbidden = SocketError::Upgrade(UpgradeError::DidNotSwitchProtocols(403));
        assert_eq!(ConnectError::from(forbidden).fault().unwrap().to_string(), "not connected: HTTP 403");
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(
            ConnectError::from(refused).fault().unwrap().to_string(),
            "not connected: connection refused"
        );
        let closed = ConnectError::Lost(Loss::Closed(3501)).fault().unwrap().to_string();
        assert_eq!(closed, "not connected: closed 3501 bad request");
        assert_eq!(ConnectError::TimedOut.fault().unwrap().to_string(), "not connected: timed out");
    }
}
