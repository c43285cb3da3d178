//! Why a visitor's socket is closed: the codes that clients know. From 3500 on a client does not come back by itself.

use aihio_actors::engine::CloseReason;

/// A close frame's code with its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disconnect {
    /// A binary frame came; only text is spoken here (RFC 6455, 7.4.1).
    Unsupported,
    /// Bytes that are no UTF-8 (RFC 6455, 7.4.1).
    InvalidText,
    /// The frames break the protocol (RFC 6455, 7.4.1).
    ProtocolBroken,
    /// A message longer than is taken (RFC 6455, 7.4.1).
    TooBig,
    /// The server goes away; come back in a moment.
    Shutdown,
    /// The client did not take what was sent; come back and recover.
    Slow,
    /// The history is written elsewhere now; come back and recover.
    InsufficientState,
    /// The client did not answer a ping.
    NoPong,
    /// The token proves nothing here.
    InvalidToken,
    /// What was sent is not understood.
    BadRequest,
    /// The conversation was deleted.
    Forced,
}

impl Disconnect {
    /// All of them, for documents.
    pub const ALL: [Self; 11] = [
        Self::Unsupported,
        Self::InvalidText,
        Self::ProtocolBroken,
        Self::TooBig,
        Self::Shutdown,
        Self::Slow,
        Self::InsufficientState,
        Self::NoPong,
        Self::InvalidToken,
        Self::BadRequest,
        Self::Forced,
    ];

    /// The code on the wire.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::ProtocolBroken => 1002,
            Self::Unsupported => 1003,
            Self::InvalidText => 1007,
            Self::TooBig => 1009,
            Self::Shutdown => 3001,
            Self::Slow => 3008,
            Self::InsufficientState => 3010,
            Self::NoPong => 3012,
            Self::InvalidToken => 3500,
            Self::BadRequest => 3501,
            Self::Forced => 3503,
        }
    }

    /// The word on the wire.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unsupported => "only text frames",
            Self::InvalidText => "invalid utf-8",
            Self::ProtocolBroken => "protocol error",
            Self::TooBig => "message too big",
            Self::Shutdown => "shutdown",
            Self::Slow => "slow",
            Self::InsufficientState => "insufficient state",
            Self::NoPong => "no pong",
            Self::InvalidToken => "invalid token",
            Self::BadRequest => "bad request",
            Self::Forced => "force disconnect",
        }
    }
}

impl From<CloseReason> for Disconnect {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::Shutdown => Self::Shutdown,
            CloseReason::Slow => Self::Slow,
            CloseReason::InsufficientState => Self::InsufficientState,
            CloseReason::Removed => Self::Forced,
        }
    }
}
