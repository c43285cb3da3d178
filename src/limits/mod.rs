//! Rate limits: how often an address, a key, a chatbot, a session or a socket may ask. They protect the service
//! and are kept in memory; credits, which cost money, are the engine's and never lifted.

pub mod address;
mod headers;
mod policy;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::{ApiKeyId, ChatbotId, SessionId};
use ring::digest;

pub use address::{AddressKey, Client, TrustedProxies};
pub use headers::{rate_limit_headers, retry_after_seconds};
pub use policy::{Allowed, Keyed, Limited, Policy, Single};

/// Whether limits hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Enforcement {
    /// They do.
    #[default]
    On,
    /// They don't; for load tests.
    Off,
}

/// The figures of every limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitOptions {
    /// Whether any of them holds.
    pub enforcement: Enforcement,
    /// Requests of one address in a minute.
    pub address_per_minute: NonZeroU32,
    /// Requests with one API key in a minute.
    pub api_key_per_minute: NonZeroU32,
    /// New sessions and messages at one chatbot in a minute.
    pub chatbot_per_minute: NonZeroU32,
    /// Messages of one session in a minute, over HTTP and sockets.
    pub session_per_minute: NonZeroU32,
    /// Commands of one socket in ten seconds.
    pub socket_per_ten_seconds: NonZeroU32,
    /// Attempts to sign in, of one address and for one e-mail, in a minute.
    pub login_per_minute: NonZeroU32,
}

const fn quota(figure: u32) -> NonZeroU32 {
    match NonZeroU32::new(figure) {
        Some(figure) => figure,
        None => NonZeroU32::MIN,
    }
}

impl Default for LimitOptions {
    fn default() -> Self {
        Self {
            enforcement: Enforcement::On,
            address_per_minute: quota(1_200),
            api_key_per_minute: quota(1_200),
            chatbot_per_minute: quota(12_000),
            session_per_minute: quota(120),
            socket_per_ten_seconds: quota(100),
            login_per_minute: quota(30),
        }
    }
}

/// An e-mail as a key: hashed, so that what people typed is not kept.
type EmailKey = [u8; digest::SHA256_OUTPUT_LEN];

#[derive(Debug)]
struct Limits {
    address: Keyed<AddressKey>,
    api_key: Keyed<ApiKeyId>,
    chatbot: Keyed<ChatbotId>,
    session: Keyed<SessionId>,
    login_address: Keyed<AddressKey>,
    login_email: Keyed<EmailKey>,
    socket: Policy,
}

/// All rate limits of the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RateLimits(Option<Arc<Limits>>);

impl RateLimits {
    /// Limits with nothing used.
    #[must_use]
    pub fn new(options: LimitOptions) -> Self {
        if options.enforcement == Enforcement::Off {
            return Self(None);
        }
        let socket_window = Duration::from_secs(10);
        Self(Some(Arc::new(Limits {
            address: Keyed::new(Policy::per_minute("address", options.address_per_minute)),
            api_key: Keyed::new(Policy::per_minute("api-key", options.api_key_per_minute)),
            chatbot: Keyed::new(Policy::per_minute("chatbot", options.chatbot_per_minute)),
            session: Keyed::new(Policy::per_minute("session", options.session_per_minute)),
            login_address: Keyed::new(Policy::per_minute("login", options.login_per_minute)),
            login_email: Keyed::new(Policy::per_minute("login", options.login_per_minute)),
            socket: Policy { name: "socket", quota: options.socket_per_ten_seconds, window: socket_window },
        })))
    }

    /// Takes one request of an address; IPv6 addresses of one /64 share.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn address(&self, address: IpAddr) -> Result<Option<Allowed>, Limited> {
        self.0.as_ref().map(|limits| limits.address.take(&AddressKey::from(address))).transpose()
    }

    /// Takes one request with an API key.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn api_key(&self, key: ApiKeyId) -> Result<Option<Allowed>, Limited> {
        self.0.as_ref().map(|limits| limits.api_key.take(&key)).transpose()
    }

    /// Takes one new session or message at a chatbot.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn chatbot(&self, chatbot: ChatbotId) -> Result<Option<Allowed>, Limited> {
        self.0.as_ref().map(|limits| limits.chatbot.take(&chatbot)).transpose()
    }

    /// Takes one message of a session.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn session(&self, session: SessionId) -> Result<Option<Allowed>, Limited> {
        self.0.as_ref().map(|limits| limits.session.take(&session)).transpose()
    }

    /// Takes one attempt to sign in: whoever tries many passwords meets the e-mail's limit, whoever tries many
    /// e-mails the address's.
    ///
    /// # Errors
    /// When nothing is left of either.
    pub fn login(&self, address: IpAddr, email: &str) -> Result<(), Limited> {
        let Some(limits) = &self.0 else { return Ok(()) };
        limits.login_address.take(&AddressKey::from(address))?;
        let mut key = EmailKey::default();
        key.copy_from_slice(digest::digest(&digest::SHA256, email.as_bytes()).as_ref());
        limits.login_email.take(&key).map(drop)
    }

    /// A limit of a socket's own; none where limits are lifted.
    #[must_use]
    pub fn socket(&self) -> Option<Single> {
        self.0.as_ref().map(|limits| Single::new(limits.socket))
    }

    /// Drops what is no longer needed; to be called every minute or so.
    pub fn forget_idle(&self) {
        let Some(limits) = &self.0 else { return };
        limits.address.forget_idle();
        limits.api_key.forget_idle();
        limits.chatbot.forget_idle();
        limits.session.forget_idle();
        limits.login_address.forget_idle();
        limits.login_email.forget_idle();
    }

    /// Drops what is no longer needed every minute, for as long as the returned task lives.
    pub fn sweep(&self) -> tokio::task::JoinHandle<()> {
        let limits = self.clone();
        actix_rt::spawn(async move {
            let mut minute = tokio::time::interval(Duration::from_secs(60));
            loop {
                minute.tick().await;
                limits.forget_idle();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifted_limits_let_everything_through() {
        let options =
            LimitOptions { enforcement: Enforcement::Off, address_per_minute: quota(1), ..Default::default() };
        let limits = RateLimits::new(options);
        let address = "192.0.2.1".parse().unwrap();
        assert!((0..10).all(|_| limits.address(address).is_ok()));
        assert!(limits.socket().is_none());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_share_a_limit() {
        let limits = RateLimits::new(LimitOptions { address_per_minute: quota(1), ..Default::default() });
        assert!(limits.address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limits.address("2001:db8::ffff".parse().unwrap()).is_err());
        assert!(limits.address("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }

    #[test]
    fn many_passwords_for_one_email_meet_its_limit_from_any_address() {
        let limits = RateLimits::new(LimitOptions { login_per_minute: quota(2), ..Default::default() });
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        assert!(limits.login(from(1), "a@example.com").is_ok());
        assert!(limits.login(from(2), "a@example.com").is_ok());
        assert_eq!(limits.login(from(3), "a@example.com").unwrap_err().policy.name, "login");
        assert!(limits.login(from(3), "b@example.com").is_ok());
    }
}
