//! How long whoever asks the store waits for it.
//!
//! The database ends a statement that takes too long by itself (`statement_timeout`), but only where it is reached. A
//! connection that neither answers nor breaks, as behind a network that drops every packet, is given up here.

use std::time::Duration;

use aihio_actors::ports::PortError;

use super::StoreError;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// A visitor, behind a session.
    Visitor,
    /// Work that nobody looks at.
    Work,
}

impl Patience {
    /// How long they wait.
    pub(super) const fn lasts(self) -> Duration {
        match self {
            Self::Visitor => Duration::from_secs(6),
            Self::Work => Duration::from_secs(60),
        }
    }

    /// The answer for the engine's port of that name, or that there is none: then nobody knows whether what was asked for
    /// was done.
    pub(super) async fn ask<T>(
        self,
        port: &'static str,
        asked: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, PortError> {
        let answer = tokio::time::timeout(self.lasts(), asked).await;
        answer.unwrap_or(Err(StoreError::Silent(self.lasts()))).map_err(|error| error.at(port))
    }
}

#[cfg(test)]
mod tests {
    use aihio_actors::ports::Fault;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_gets_no_answer_is_told_that_it_may_pass() {
        let silent = std::future::pending::<Result<(), StoreError>>();
        let error = Patience::Visitor.ask("journal", silent).await.unwrap_err();
        assert_eq!(error.fault, Fault::Transient);
    }
}
