//! Rate limits that are checked and never met.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;

use aihio::limits::{Enforcement, LimitOptions, RateLimits, Single};
use aihio_actors::model::ChatbotId;
use uuid::Uuid;

/// Chatbots and addresses that are known to the limits.
const KNOWN: u32 = 1_000;
/// More than any measurement takes.
const QUOTA: NonZeroU32 = NonZeroU32::MAX;

/// The limits that a message meets on its way in.
pub(crate) struct Gate {
    limits: RateLimits,
    socket: Option<Single>,
}

impl Gate {
    /// Limits of a server that has some chatbots and visitors already.
    pub(crate) fn new() -> Self {
        let limits = RateLimits::new(&LimitOptions {
            enforcement: Enforcement::On,
            address_requests_per_minute: QUOTA,
            address_connects_per_minute: QUOTA,
            socket_messages_per_second: QUOTA,
            socket_messages_burst: QUOTA,
            chatbot_messages_per_second: QUOTA,
            key_requests_per_minute: QUOTA,
            login_attempts_per_minute: QUOTA,
            registrations_per_hour: QUOTA,
        });
        let socket = limits.socket();
        let gate = Self { limits, socket };
        for known in 0..KNOWN {
            assert!(gate.admits_message(known) && gate.admits_connect(known), "the limits are wide");
        }
        gate
    }

    /// One message of the socket to a chatbot.
    pub(crate) fn admits_message(&self, chatbot: u32) -> bool {
        let chatbot = ChatbotId::from_uuid(Uuid::from_u128(chatbot.into()));
        self.socket.as_ref().is_some_and(|socket| socket.take().is_ok())
            && self.limits.chatbot(chatbot).is_ok()
    }

    /// One more socket of an address.
    pub(crate) fn admits_connect(&self, address: u32) -> bool {
        self.limits.connect(IpAddr::V4(Ipv4Addr::from_bits(address))).is_ok()
    }
}
