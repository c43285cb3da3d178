//! What an account can be told: one file a message.

mod give_back;
mod leave;
mod refill;
mod renew;

pub use give_back::GiveBack;
pub use refill::Refill;
pub use renew::Renew;
