//! SIGTERM and SIGINT: load balancers are told, conversations end in order, the server stops. A second signal ends
//! the process at once, and so does the deadline.

use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web;
use aihio_actors::engine::Drain;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep, timeout_at};

use crate::http::Service;
use crate::settings::DrainTimes;

/// Past the deadline, what the process may still take to end by itself: a thread that waits for the system can't be
/// told to stop.
const LAST_RESORT: Duration = Duration::from_secs(3);

/// What is needed to stop.
pub(super) struct Stopping {
    pub(super) service: web::Data<Service>,
    pub(super) times: DrainTimes,
    pub(super) server: ServerHandle,
}

impl Stopping {
    /// Waits for the signal; returns when everything has ended or has had its time.
    pub(super) async fn when_told(self) {
        let Some(mut signals) = Signals::listen() else {
            tracing::error!(
                "signals can't be heard: the server ends without draining when it is told to stop"
            );
            return std::future::pending().await;
        };
        signals.heard().await;
        end_at_last(self.times.deadline + LAST_RESORT);
        tokio::select! {
            () = self.leave() => {}
            () = signals.heard() => tracing::warn!("stopping at once: told a second time"),
        }
    }

    async fn leave(&self) {
        let DrainTimes { deadline, notice, spread } = self.times;
        let end = Instant::now() + deadline;
        tracing::info!("stopping: load balancers are told");
        self.service.readiness.leave();
        sleep(notice).await;
        tracing::info!("stopping: conversations are brought to rest");
        self.service.readiness.close();
        let within = end.saturating_duration_since(Instant::now()) * 9 / 10;
        self.service.engine.drain(Drain { within, spread }).await;
        if timeout_at(end, self.server.stop(true)).await.is_err() {
            tracing::warn!("requests were still running at the deadline");
        }
    }
}

/// The signals that mean: stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Option<Self> {
        let terminate = signal(SignalKind::terminate()).ok()?;
        Some(Self { terminate, interrupt: signal(SignalKind::interrupt()).ok()? })
    }

    async fn heard(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ends the process after `patience`, whatever its other threads do: nothing that was acknowledged depends on them.
fn end_at_last(patience: Duration) {
    let watching = std::thread::Builder::new().name("deadline".into()).spawn(move || {
        std::thread::sleep(patience);
        tracing::warn!("the process has not ended in time and is cut short");
        std::process::exit(0);
    });
    if let Err(error) = watching {
        tracing::warn!(error = ?error, "nothing watches over the deadline");
    }
}
