//! Rate limits.

use std::num::NonZeroU32;

use serde::Deserialize;

use super::load::Flaw;

/// Section `limits`. With `enabled` off none of them is kept.
#[derive(Debug, Clone, Deserialize)]
pub struct LimitsSettings {
    /// Whether they are kept at all.
    pub enabled: bool,
    /// Requests without a key from one network address.
    pub address_requests_per_minute: NonZeroU32,
    /// Sockets and sessions opened from one network address.
    pub address_connects_per_minute: NonZeroU32,
    /// Commands of one socket, lastingly.
    pub socket_messages_per_second: NonZeroU32,
    /// Commands of one socket at once.
    pub socket_messages_burst: NonZeroU32,
    /// Messages of one conversation.
    pub session_messages_per_minute: NonZeroU32,
    /// Messages to one chatbot.
    pub chatbot_messages_per_second: NonZeroU32,
    /// Requests with one API key.
    pub key_requests_per_minute: NonZeroU32,
    /// Attempts to sign in, from one network address and for one e-mail address.
    pub login_attempts_per_minute: NonZeroU32,
    /// Accounts made from one network address.
    pub registrations_per_hour: NonZeroU32,
}

impl LimitsSettings {
    pub(super) fn check(&self) -> Result<(), Flaw> {
        if self.socket_messages_burst < self.socket_messages_per_second {
            let problem =
                "it is less than `limits.socket_messages_per_second`, which could then never be reached";
            return Err(Flaw::new("limits.socket_messages_burst", problem));
        }
        Ok(())
    }
}
