//! Signs of life, as visitors see them: by these it is measured how long a fault was felt.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// What visitors saw last.
#[derive(Debug)]
pub struct Pulse {
    answered: watch::Sender<Option<Instant>>,
}

impl Pulse {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { answered: watch::Sender::new(None) }
    }

    /// A message that was sent at `asked` was answered just now.
    pub fn answered(&self, asked: Instant) {
        self.answered.send_if_modified(|newest| {
            let newer = newest.is_none_or(|newest| newest < asked);
            if newer {
                *newest = Some(asked);
            }
            newer
        });
    }

    /// Waits until a message that was sent after `since` is answered, and says how long after `since` that was.
    pub async fn next(&self, since: Instant) -> Option<Duration> {
        let mut answered = self.answered.subscribe();
        let next = answered.wait_for(|asked| asked.is_some_and(|asked| asked > since));
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, next).await.ok()?.ok()?;
        Some(since.elapsed())
    }
}
