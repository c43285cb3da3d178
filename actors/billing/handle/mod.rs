//! What an account can be told: one file a message.

mod leave;
mod refill;
mod renew;

pub use refill::Refill;
pub use renew::Renew;
