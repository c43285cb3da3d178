//! What a session can be told: one file a message.

mod adopt;
mod attach;
mod detach;
mod drain;
mod fate;
mod follow;
mod obey;
mod progress;

pub use adopt::Adopt;
pub use attach::{Attach, Recovered, Since, Welcome};
pub use detach::Detach;
pub use drain::Drain;
pub use fate::Fate;
pub use follow::Follow;
pub use obey::Obey;
pub use progress::Progress;
