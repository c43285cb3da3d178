//! What a chatbot can be told: one file a message.

mod child_down;
mod drain;
mod open_session;
mod reload;
#[cfg(any(test, feature = "faults"))]
mod sabotage;

pub use drain::DrainAll;
pub use open_session::OpenSession;
pub use reload::Reload;
#[cfg(any(test, feature = "faults"))]
pub use sabotage::Sabotage;
