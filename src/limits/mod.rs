//! Rate limits: how often an address, a key, a chatbot or a socket may ask; a session's own limit is the engine's. They protect the service
//! and are kept in memory; credits, which cost money, are the engine's and never lifted.

pub mod address;
mod headers;
mod policy;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::{AccountId, ApiKeyId, ChatbotId};
use dashmap::DashMap;
use ring::digest;

pub use address::{AddressKey, Client, TrustedProxies};
pub(crate) use headers::retry_after_header;
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
    /// Requests without a key from one address.
    pub address_requests_per_minute: NonZeroU32,
    /// Sockets and sessions opened from one address.
    pub address_connects_per_minute: NonZeroU32,
    /// Commands of one socket, lastingly.
    pub socket_messages_per_second: NonZeroU32,
    /// Commands of one socket at once.
    pub socket_messages_burst: NonZeroU32,
    /// Messages to one chatbot.
    pub chatbot_messages_per_second: NonZeroU32,
    /// Requests with one API key.
    pub key_requests_per_minute: NonZeroU32,
    /// Attempts to sign in, from one address and for one e-mail.
    pub login_attempts_per_minute: NonZeroU32,
    /// Accounts made from one address.
    pub registrations_per_hour: NonZeroU32,
}

const MINUTE: Duration = Duration::from_secs(60);

/// An e-mail as a key: hashed, so that what people typed is not kept.
type EmailKey = [u8; digest::SHA256_OUTPUT_LEN];

#[derive(Debug)]
struct Limits {
    address: Keyed<AddressKey>,
    connect: Keyed<AddressKey>,
    api_key: Keyed<ApiKeyId>,
    /// By the plan's figure, because that of a [`Keyed`] is fixed for life.
    plan: DashMap<NonZeroU32, Keyed<AccountId>>,
    chatbot: Keyed<ChatbotId>,
    login_address: Keyed<AddressKey>,
    login_email: Keyed<EmailKey>,
    registration: Keyed<AddressKey>,
    socket: Policy,
}

impl Limits {
    fn new(options: &LimitOptions) -> Self {
        let minute = MINUTE;
        let login = Policy::new("login", options.login_attempts_per_minute, minute);
        let registration =
            Policy::new("registration", options.registrations_per_hour, Duration::from_secs(3_600));
        let second = Duration::from_secs(1);
        let refill = second.mul_f64(
            f64::from(options.socket_messages_burst.get())
                / f64::from(options.socket_messages_per_second.get()),
        );
        Self {
            address: Keyed::new(Policy::new("address", options.address_requests_per_minute, minute)),
            connect: Keyed::new(Policy::new("connect", options.address_connects_per_minute, minute)),
            api_key: Keyed::new(Policy::new("api-key", options.key_requests_per_minute, minute)),
            plan: DashMap::new(),
            chatbot: Keyed::new(Policy::new("chatbot", options.chatbot_messages_per_second, second)),
            login_address: Keyed::new(login),
            login_email: Keyed::new(login),
            registration: Keyed::new(registration),
            socket: Policy::new("socket", options.socket_messages_burst, refill),
        }
    }

    fn forget_idle(&self) {
        self.address.forget_idle();
        self.connect.forget_idle();
        self.api_key.forget_idle();
        self.plan.iter().for_each(|accounts| accounts.forget_idle());
        self.chatbot.forget_idle();
        self.login_address.forget_idle();
        self.login_email.forget_idle();
        self.registration.forget_idle();
    }
}

/// All rate limits of the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RateLimits(Option<Arc<Limits>>);

/// What is left after a request that was let through; none where limits are lifted.
pub type Taken = Result<Option<Allowed>, Limited>;

impl RateLimits {
    /// Limits with nothing used.
    #[must_use]
    pub fn new(options: &LimitOptions) -> Self {
        let enforced = options.enforcement == Enforcement::On;
        Self(enforced.then(|| Arc::new(Limits::new(options))))
    }

    /// Takes one request of an address; IPv6 addresses of one /64 share.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn address(&self, address: IpAddr) -> Taken {
        self.0.as_ref().map(|limits| limits.address.take(&AddressKey::from(address))).transpose()
    }

    /// Takes one new socket or session of an address.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn connect(&self, address: IpAddr) -> Taken {
        self.0.as_ref().map(|limits| limits.connect.take(&AddressKey::from(address))).transpose()
    }

    /// Takes one new account of an address.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn registration(&self, address: IpAddr) -> Taken {
        self.0.as_ref().map(|limits| limits.registration.take(&AddressKey::from(address))).transpose()
    }

    /// Takes one request with an API key.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn api_key(&self, key: ApiKeyId) -> Taken {
        self.0.as_ref().map(|limits| limits.api_key.take(&key)).transpose()
    }

    /// Takes one request with any of an account's keys, of the `per_minute` that its plan allows.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn plan(&self, account: AccountId, per_minute: NonZeroU32) -> Taken {
        let Some(limits) = &self.0 else { return Ok(None) };
        let accounts = limits
            .plan
            .entry(per_minute)
            .or_insert_with(|| Keyed::new(Policy::new("plan", per_minute, MINUTE)))
            .downgrade();
        accounts.take(&account).map(Some)
    }

    /// Takes one message at a chatbot.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn chatbot(&self, chatbot: ChatbotId) -> Taken {
        self.0.as_ref().map(|limits| limits.chatbot.take(&chatbot)).transpose()
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
        if let Some(limits) = &self.0 {
            limits.forget_idle();
        }
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

    fn limits(enforcement: Enforcement, quota: u32) -> RateLimits {
        let quota = NonZeroU32::new(quota).unwrap();
        RateLimits::new(&LimitOptions {
            enforcement,
            address_requests_per_minute: quota,
            address_connects_per_minute: quota,
            socket_messages_per_second: quota,
            socket_messages_burst: quota,
            chatbot_messages_per_second: quota,
            key_requests_per_minute: quota,
            login_attempts_per_minute: quota,
            registrations_per_hour: quota,
        })
    }

    #[test]
    fn lifted_limits_let_everything_through() {
        let limits = limits(Enforcement::Off, 1);
        let address = "192.0.2.1".parse().unwrap();
        assert!((0..10).all(|_| limits.address(address).is_ok()));
        assert!(limits.socket().is_none());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_share_a_limit() {
        let limits = limits(Enforcement::On, 1);
        assert!(limits.address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limits.address("2001:db8::ffff".parse().unwrap()).is_err());
        assert!(limits.address("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }

    #[test]
    fn many_passwords_for_one_email_meet_its_limit_from_any_address() {
        let limits = limits(Enforcement::On, 2);
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        assert!(limits.login(from(1), "a@example.com").is_ok());
        assert!(limits.login(from(2), "a@example.com").is_ok());
        assert_eq!(limits.login(from(3), "a@example.com").unwrap_err().policy.name, "login");
        assert!(limits.login(from(3), "b@example.com").is_ok());
    }

    #[test]
    fn accounts_on_one_plan_do_not_share_and_another_plan_counts_anew() {
        let limits = limits(Enforcement::On, 9);
        let account = |n| AccountId::from_uuid(uuid::Uuid::from_u128(n));
        let (one, two) = (NonZeroU32::MIN, NonZeroU32::MIN.saturating_add(1));
        assert_eq!(limits.plan(account(1), one).unwrap().unwrap().remaining, 0);
        assert_eq!(limits.plan(account(1), one).unwrap_err().policy.name, "plan");
        assert!(limits.plan(account(2), one).is_ok());
        assert!(limits.plan(account(1), two).is_ok());
    }

    #[test]
    fn a_socket_may_send_its_burst_at_once_and_no_more() {
        let socket = limits(Enforcement::On, 3).socket().unwrap();
        assert_eq!((0..10).filter(|_| socket.take().is_ok()).count(), 3);
    }
}
