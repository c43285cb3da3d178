//! What can go wrong, in two kinds: the server broke the contract, or it (or the network) refused.

use std::fmt;

/// A breach of the public contract. One is too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Violation {
    /// A line that is no JSON or lacks what the contract names.
    UnreadableLine,
    /// A connect reply without a subscription to the session's channel, or without a token to come back with.
    IncompleteSession,
    /// A frame that is not text.
    BinaryFrame,
    /// A reply to a command that was never sent.
    UnknownReply,
    /// A second reply to one command.
    DuplicateAcknowledgement,
    /// A first send was called a duplicate.
    FalseDuplicate,
    /// An acknowledgement that names no `seq`.
    MissingSeq,
    /// The acknowledged `seq` is not the message's offset.
    SeqMismatch,
    /// An overload that does not say when to try again.
    UntoldRetry,
    /// No acknowledgement by the end of the run.
    MissingAcknowledgement,
    /// A durable publication left out offsets.
    OffsetHole,
    /// A durable publication repeated an offset, or went back.
    OffsetRepeated,
    /// A message without a place in the history.
    MissingOffset,
    /// One message stored twice.
    DuplicateMessage,
    /// A visitor's message that nobody here sent.
    UnknownMessage,
    /// The visitor's own message came back with another text.
    AlteredMessage,
    /// A message was answered, but not published to its sender.
    UnpublishedMessage,
    /// An answer to nothing, or a second one.
    UnexpectedAnswer,
    /// An answer that differs from what it had to be.
    AlteredAnswer,
    /// No answer by the end of the run.
    MissingAnswer,
    /// A message that one who watches never saw.
    MissingDelivery,
    /// Pieces of an answer are out of order or missing.
    DeltaHole,
    /// The pieces together are not the final text.
    DeltaMismatch,
    /// Pieces that no final message followed.
    UnfinishedAnswer,
    /// Whoever came back with a session's token was given another session.
    SessionLost,
    /// The history is shorter than what was seen of it before the socket was lost.
    HistoryLost,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::UnreadableLine => "unreadable_line",
            Self::IncompleteSession => "incomplete_session",
            Self::BinaryFrame => "binary_frame",
            Self::UnknownReply => "unknown_reply",
            Self::DuplicateAcknowledgement => "duplicate_acknowledgement",
            Self::FalseDuplicate => "false_duplicate",
            Self::MissingSeq => "missing_seq",
            Self::SeqMismatch => "seq_mismatch",
            Self::UntoldRetry => "untold_retry",
            Self::MissingAcknowledgement => "missing_acknowledgement",
            Self::OffsetHole => "offset_hole",
            Self::OffsetRepeated => "offset_repeated",
            Self::MissingOffset => "missing_offset",
            Self::DuplicateMessage => "duplicate_message",
            Self::UnknownMessage => "unknown_message",
            Self::AlteredMessage => "altered_message",
            Self::UnpublishedMessage => "unpublished_message",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::AlteredAnswer => "altered_answer",
            Self::MissingAnswer => "missing_answer",
            Self::MissingDelivery => "missing_delivery",
            Self::DeltaHole => "delta_hole",
            Self::DeltaMismatch => "delta_mismatch",
            Self::UnfinishedAnswer => "unfinished_answer",
            Self::SessionLost => "session_lost",
            Self::HistoryLost => "history_lost",
        })
    }
}

/// Something that a sound server does beyond its capacity, or a network does to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// A command was refused with this code.
    Refused(u32),
    /// A `notice` with this code.
    Noticed(String),
    /// No connection, and why.
    NotConnected(String),
    /// The server closed the socket with this code; 1006 when it said none.
    Closed(u16),
    /// A command whose socket was lost before its answer came.
    Abandoned,
    /// A command without an answer when the run was over; the violations say what it lacked.
    Unanswered,
    /// What was missed while the socket was lost was not handed over; a published client fetches the history then.
    Unrecovered,
    /// An arrival that found its socket closed, or its queue full.
    Unsent,
    /// A REST call that failed, and how.
    Call(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(code) => write!(formatter, "refused {code}{}", refusal_name(*code)),
            Self::Noticed(code) => write!(formatter, "notice {code}"),
            Self::NotConnected(why) => write!(formatter, "not connected: {why}"),
            Self::Closed(code) => write!(formatter, "closed {code}{}", close_name(*code)),
            Self::Abandoned => formatter.write_str("socket lost before the answer"),
            Self::Unanswered => formatter.write_str("unanswered when the run was over"),
            Self::Unrecovered => formatter.write_str("came back, and what was missed was not told"),
            Self::Unsent => formatter.write_str("unsent: socket closed or its queue full"),
            Self::Call(why) => write!(formatter, "call: {why}"),
        }
    }
}

/// The contract's name of an error code, with a space before it.
fn refusal_name(code: u32) -> &'static str {
    match code {
        104 => " method not found",
        1001 => " rate_limited",
        1002 => " quota_exceeded",
        1003 => " message_too_long",
        1004 => " chatbot_not_ready",
        1005 => " answer_failed",
        1006 => " identity_required",
        1007 => " session_closed",
        1008 => " overloaded",
        _ => "",
    }
}

/// The contract's name of a close code, with a space before it.
fn close_name(code: u16) -> &'static str {
    match code {
        1006 => " without a word",
        1009 => " frame too long",
        3000 => " connection closed",
        3001 => " shutdown",
        3005 => " expired",
        3008 => " slow",
        3010 => " insufficient state",
        3012 => " no pong",
        3500 => " invalid token",
        3501 => " bad request",
        3503 => " force disconnect",
        _ => "",
    }
}
