//! Who somebody is: passwords, signed tokens, API keys. No HTTP in here.

mod api_key;
mod password;
mod random;
mod scope;
mod seal;
mod token;

pub use api_key::{ApiKeySecret, hash_api_key};
pub use password::{PasswordError, Passwords, Verdict};
pub use random::{RandomError, random_bytes};
pub use scope::{Scope, UnknownScope};
pub use seal::Seal;
pub use token::{AccessClaims, SessionClaims, TokenError, TokenLifetimes, Tokens};
