//! How long a test waits for what must come. Not a measure of speed: only what tells "slow" from "never".

use std::future::Future;
use std::time::Duration;

/// Past this, what has not come never will.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at something that can only be asked.
const PAUSE: Duration = Duration::from_millis(20);

/// Awaits what must come, or fails naming it.
pub async fn within<F: Future>(awaited: &str, future: F) -> F::Output {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(output) => output,
        Err(_) => panic!("waited {PATIENCE:?} in vain for {awaited}"),
    }
}

/// Asks again and again until there is an answer, or fails naming what was awaited.
pub async fn until<T>(awaited: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    within(awaited, async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    })
    .await
}
