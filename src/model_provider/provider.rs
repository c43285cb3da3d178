//! The port's implementation: an endpoint that is asked again where that may help, raced against itself where it
//! hesitates, and left alone where it fails too often.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aihio_actors::ports::{AnswerEnd, AnswerFault, AnswerRequest, Answerer, Piece, PieceStream};
use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt, select_ok};
use tokio::time::{Instant, sleep, timeout};

use super::breaker::{Admission, Breaker, BreakerState, Verdict};
use super::endpoint::Endpoint;
use super::metrics::CallMetrics;
use super::prices::Prices;
use super::retry::{RETRY_AFTER_MAX, RetryBudget, pause_before_retry};
use super::settings::ProviderSettings;

/// A configured model.
#[derive(Debug)]
pub(super) struct Provider {
    endpoint: Endpoint,
    prices: Arc<Prices>,
    hedge_after: Option<Duration>,
    health: Arc<Mutex<Health>>,
    metrics: CallMetrics,
}

/// What a provider's calls have shown of it.
#[derive(Debug)]
struct Health {
    breaker: Breaker,
    budget: RetryBudget,
}

impl Provider {
    /// A provider that nothing is known of yet, whose calls are counted in `metrics`. Needs the process's TLS provider to be installed.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub(super) fn new(settings: ProviderSettings, metrics: CallMetrics) -> reqwest::Result<Self> {
        let health = Health { breaker: Breaker::new(), budget: RetryBudget::new() };
        Ok(Self {
            prices: Arc::new(settings.prices.clone()),
            hedge_after: settings.hedge_after,
            endpoint: Endpoint::new(settings)?,
            health: Arc::new(Mutex::new(health)),
            metrics,
        })
    }

    /// The state of its breaker.
    pub(super) fn breaker(&self) -> BreakerState {
        lock(&self.health).breaker.state()
    }

    /// Asks, and asks again as long as that may help.
    async fn persist(&self, request: &AnswerRequest, asked_at: Instant) -> Result<PieceStream, AnswerFault> {
        let mut retries = 0;
        loop {
            let fault = match self.attempt(request, asked_at).await {
                Ok(pieces) => return Ok(pieces),
                Err(fault) => fault,
            };
            let Some(pause) = pause_before_retry(&fault, retries, rand::random()) else { return Err(fault) };
            let in_time = asked_at.elapsed() + pause < self.endpoint.timeouts().whole;
            if !in_time || lock(&self.health).budget.spend().is_none() {
                return Err(fault);
            }
            tracing::debug!(retries, ?pause, %fault, "the model is asked again");
            sleep(pause).await;
            retries += 1;
            self.metrics.retries();
        }
    }

    /// Asks a second time when the first piece is slow to come, and takes the answer that begins first. The other one is
    /// dropped, which ends its request.
    async fn race(
        &self,
        delay: Duration,
        request: &AnswerRequest,
        asked_at: Instant,
    ) -> Result<PieceStream, AnswerFault> {
        let mut first: BoxFuture<'_, _> = self.persist(request, asked_at).boxed();
        if let Ok(outcome) = timeout(delay, &mut first).await {
            return outcome;
        }
        if lock(&self.health).budget.spend().is_none() {
            return first.await;
        }
        self.metrics.hedges();
        let second = self.attempt(request, asked_at).boxed();
        select_ok([first, second]).await.map(|(pieces, _)| pieces)
    }

    async fn attempt(&self, request: &AnswerRequest, asked_at: Instant) -> Result<PieceStream, AnswerFault> {
        let begun = self.call(request, asked_at).await;
        self.metrics.attempted(begun.as_ref().err());
        begun
    }

    async fn call(&self, request: &AnswerRequest, asked_at: Instant) -> Result<PieceStream, AnswerFault> {
        let admission = lock(&self.health).breaker.admit(Instant::now()).map_err(AnswerFault::Resting)?;
        let mut call = Call { health: Arc::clone(&self.health), admission, verdict: Verdict::Nothing };
        let begun = self.endpoint.attempt(request, asked_at).await;
        call.verdict = begun.as_ref().err().map_or(Verdict::Works, verdict_on);
        let pieces = begun?;
        drop(call);
        Ok(self.watched(pieces, admission))
    }

    /// The pieces, with an eye on whether the answer breaks off.
    fn watched(&self, pieces: PieceStream, admission: Admission) -> PieceStream {
        let (health, metrics) = (Arc::clone(&self.health), self.metrics.clone());
        let watch = move |piece: &Result<Piece, AnswerFault>| {
            if let Err(fault) = piece {
                metrics.broke_off();
                lock(&health).breaker.report(admission, verdict_on(fault), Instant::now());
            }
        };
        pieces.inspect(watch).boxed()
    }

    /// The pieces, with what the answer cost at its end.
    fn priced(&self, pieces: PieceStream, asked: Option<String>) -> PieceStream {
        let prices = Arc::clone(&self.prices);
        let asked = asked.unwrap_or_else(|| self.endpoint.model().to_owned());
        let price = move |piece| match piece {
            Ok(Piece::Finished(end)) => {
                let models = [Some(asked.as_str()), end.model.as_deref()];
                let cost_micros = prices.cost_micros(models.into_iter().flatten(), end.tokens);
                Ok(Piece::Finished(AnswerEnd { cost_micros, ..end }))
            }
            other => other,
        };
        pieces.map(price).boxed()
    }
}

#[async_trait]
impl Answerer for Provider {
    async fn answer(&self, request: AnswerRequest) -> Result<PieceStream, AnswerFault> {
        let asked_at = Instant::now();
        lock(&self.health).budget.earn();
        let pieces = match self.hedge_after {
            Some(delay) => self.race(delay, &request, asked_at).await?,
            None => self.persist(&request, asked_at).await?,
        };
        self.metrics.began(asked_at.elapsed());
        Ok(self.priced(pieces, request.model))
    }
}

/// A call under way. It is reported on however it ends, also when nobody waits for it any more.
struct Call {
    health: Arc<Mutex<Health>>,
    admission: Admission,
    verdict: Verdict,
}

impl Drop for Call {
    fn drop(&mut self) {
        lock(&self.health).breaker.report(self.admission, self.verdict, Instant::now());
    }
}

/// What a fault says about its provider.
fn verdict_on(fault: &AnswerFault) -> Verdict {
    match fault {
        AnswerFault::RateLimited { retry_after: Some(wait) } if *wait > RETRY_AFTER_MAX => {
            Verdict::FailsFor(*wait)
        }
        // A wrong key or a model that does not exist fails for everybody, anything else for this request alone.
        AnswerFault::Refused { status, .. } if !matches!(status, 401..=404) => Verdict::Nothing,
        AnswerFault::RateLimited { .. }
        | AnswerFault::Refused { .. }
        | AnswerFault::Unavailable(_)
        | AnswerFault::Garbled(_)
        | AnswerFault::TimedOut(_) => Verdict::Fails,
        AnswerFault::Resting(_) => Verdict::Nothing,
    }
}

fn lock(health: &Mutex<Health>) -> MutexGuard<'_, Health> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
