//! What the exchange can be told: one file a message.

mod announce;
mod attach_away;
mod detach_away;
mod find;
mod hold;
mod leave;
mod obey_away;
pub(super) mod relay;
mod send_back_all;

pub use announce::Announce;
pub use attach_away::AttachAway;
pub use detach_away::DetachAway;
pub use find::Find;
pub use hold::Hold;
pub use obey_away::ObeyAway;
#[cfg(test)]
pub(crate) use relay::Relay;
pub use send_back_all::SendBackAll;
