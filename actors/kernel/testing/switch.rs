//! How a scripted port is made to work, fail, be slow or hang.

use std::time::Duration;

use tokio::sync::watch;

use crate::ports::{Fault, PortError};

/// What a port does with the calls that reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It works.
    Working,
    /// It works after that time.
    Slow(Duration),
    /// It works, and fails to say so: as when a connection breaks at the commit.
    Mute,
    /// It does not answer until its condition changes.
    Hanging,
    /// It fails.
    Failing(Fault),
    /// It breaks an assumption of its caller.
    Panicking,
}

/// The condition of one port, to be changed at any time.
#[derive(Debug)]
pub struct Switch {
    port: &'static str,
    condition: watch::Sender<Condition>,
}

impl Switch {
    /// A port of that name that works.
    #[must_use]
    pub fn working(port: &'static str) -> Self {
        Self { port, condition: watch::channel(Condition::Working).0 }
    }

    /// Changes the condition, for calls that hang there too.
    pub fn set(&self, condition: Condition) {
        self.condition.send_replace(condition);
    }

    /// Lets a call through as the condition says.
    ///
    /// # Errors
    /// While the port fails.
    pub async fn pass(&self) -> Result<(), PortError> {
        let mut condition = self.condition.subscribe();
        loop {
            let now = *condition.borrow_and_update();
            match now {
                Condition::Working | Condition::Mute => return Ok(()),
                Condition::Slow(delay) => {
                    tokio::time::sleep(delay).await;
                    return Ok(());
                }
                Condition::Failing(fault) => return Err(self.failure(fault)),
                Condition::Panicking => self.panic(),
                Condition::Hanging => {
                    if condition.changed().await.is_err() {
                        return Err(self.failure(Fault::Transient));
                    }
                }
            }
        }
    }

    /// What the caller hears of a call that was carried out.
    ///
    /// # Errors
    /// While the port is mute.
    pub fn answer<T>(&self, outcome: T) -> Result<T, PortError> {
        match *self.condition.borrow() {
            Condition::Mute => Err(self.failure(Fault::Transient)),
            _ => Ok(outcome),
        }
    }

    fn failure(&self, fault: Fault) -> PortError {
        PortError { port: self.port, fault, source: "as the test wants it".into() }
    }

    #[expect(clippy::panic, reason = "this is what the condition is for")]
    fn panic(&self) {
        panic!("{} breaks, as the test wants it", self.port);
    }
}
