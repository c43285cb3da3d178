//! How long recordings are kept.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::ports::Clock;
use chrono::TimeDelta;

use crate::store::Store;

/// How often old recordings are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(3_600);

/// Forgets what is older than `keep_days`, now and every hour, for as long as the task lives: also what was recorded
/// before recording was switched off.
pub async fn forget_old(store: Store, clock: Arc<dyn Clock>, keep_days: NonZeroU32) {
    loop {
        match store.forget_recordings(clock.now() - TimeDelta::days(keep_days.get().into())).await {
            Ok(0) => {}
            Ok(steps) => tracing::info!(steps, "old recordings were forgotten"),
            Err(error) => tracing::warn!(error = ?error, "old recordings can't be forgotten now"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
