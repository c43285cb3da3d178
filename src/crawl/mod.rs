//! Fetches pages of the public web, and nothing else.
//!
//! An address that a stranger gave must not lead into our own network. So every exchange, redirects and robots.txt
//! included, passes [`Guard`]: it resolves the host once and refuses if any address is not public, and
//! [`SafeHttp`] connects to those checked addresses alone. Outgoing webhooks and the tools of chatbots use the same client.

mod address;
mod client;
mod crawler;
mod guard;
mod manners;
mod robots;
mod robots_cache;

pub use client::{Beyond, BodyLimit, HttpRefusal, OpenResponse, SafeHttp, SafeRequest, SafeResponse};
pub use crawler::{CrawlLimits, WebCrawler};
pub use guard::{AllowListError, Guard, Resolver, SystemResolver};
pub use manners::Politeness;

/// The name that robots.txt files know us by (RFC 9309, section 2.2.1).
const PRODUCT: &str = "aihio";
/// What we call ourselves in requests.
const USER_AGENT: &str = "aihio/0.1 (+https://github.com/aihio/aihio)";
/// The port's name in faults.
const PORT: &str = "crawler";
