//! What a chatbot can be told: one file a message.

mod child_down;
mod drain;
mod open_session;
mod reload;

pub use drain::DrainAll;
pub use open_session::OpenSession;
pub use reload::Reload;
