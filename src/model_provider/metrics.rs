//! What is counted about models (OpenMetrics text). Told apart by the operator's own names, of which there are few.

use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::FaultKind;
use aihio_actors::ports::AnswerFault;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::breaker::BreakerState;

/// Upper bounds of the buckets of the time to the first piece, in seconds: models take from tenths to a minute.
const SECONDS: [f64; 10] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProviderLabels {
    provider: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    provider: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    provider: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FailOverLabels {
    provider: String,
    reason: &'static str,
}

/// The figures of all models. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct ModelMetrics {
    registry: Arc<Registry>,
    attempts: Family<OutcomeLabels, Counter>,
    broken_off: Family<ProviderLabels, Counter>,
    retries: Family<ProviderLabels, Counter>,
    hedges: Family<ProviderLabels, Counter>,
    fail_overs: Family<FailOverLabels, Counter>,
    first_piece: Family<ProviderLabels, Histogram, fn() -> Histogram>,
    breakers: Family<StateLabels, Gauge>,
}

impl Default for ModelMetrics {
    fn default() -> Self {
        let attempts = Family::default();
        let [broken_off, retries, hedges] = [(); 3].map(|()| Family::<ProviderLabels, Counter>::default());
        let fail_overs = Family::default();
        let first_piece = Family::new_with_constructor(new_histogram as fn() -> Histogram);
        let breakers = Family::default();
        let mut registry = Registry::with_prefix("aihio_model");
        registry.register("attempts", "Calls of models, by how they began", attempts.clone());
        registry.register(
            "broken_answers",
            "Answers that broke off after their first piece",
            broken_off.clone(),
        );
        registry.register("retries", "Calls that were repeated after a failure", retries.clone());
        registry.register("hedges", "Second calls that raced a slow first one", hedges.clone());
        registry.register("fail_overs", "Questions that went on to the next answerer", fail_overs.clone());
        let help = "Time from the question to the first piece, repetitions included";
        registry.register("first_token_seconds", help, first_piece.clone());
        registry.register("breaker_state", "1 for the state that a model's breaker is in", breakers.clone());
        let registry = Arc::new(registry);
        Self { registry, attempts, broken_off, retries, hedges, fail_overs, first_piece, breakers }
    }
}

fn new_histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl ModelMetrics {
    /// The figures of one model.
    pub(super) fn of(&self, provider: &str) -> CallMetrics {
        CallMetrics { all: self.clone(), provider: provider.to_owned() }
    }

    /// A question went on to the next answerer because this model did not begin.
    pub(super) fn failed_over(&self, provider: &str, fault: FaultKind) {
        let labels = FailOverLabels { provider: provider.to_owned(), reason: word(fault) };
        self.fail_overs.get_or_create(&labels).inc();
    }

    /// Says in which state a breaker is.
    pub(super) fn set_breaker(&self, provider: &str, now: BreakerState) {
        for state in BreakerState::ALL {
            let labels = StateLabels { provider: provider.to_owned(), state: state.as_str() };
            self.breakers.get_or_create(&labels).set(i64::from(state == now));
        }
    }

    /// Appends all figures as OpenMetrics text, without its end.
    ///
    /// # Errors
    /// When they can't be written.
    pub(super) fn encode(&self, text: &mut String) -> std::fmt::Result {
        encode_registry(text, &self.registry)
    }
}

/// The figures of one model. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct CallMetrics {
    all: ModelMetrics,
    provider: String,
}

impl CallMetrics {
    /// A call began with a first piece, or did not.
    pub(super) fn attempted(&self, fault: Option<&AnswerFault>) {
        let outcome = fault.map_or("answered", |fault| word(fault.kind()));
        let labels = OutcomeLabels { provider: self.provider.clone(), outcome };
        self.all.attempts.get_or_create(&labels).inc();
    }

    /// An answer began after so long.
    pub(super) fn began(&self, after: Duration) {
        self.all.first_piece.get_or_create(&self.labels()).observe(after.as_secs_f64());
    }

    /// An answer that had begun broke off.
    pub(super) fn broke_off(&self) {
        self.all.broken_off.get_or_create(&self.labels()).inc();
    }

    /// A call is repeated.
    pub(super) fn retries(&self) {
        self.all.retries.get_or_create(&self.labels()).inc();
    }

    /// A second call races the first.
    pub(super) fn hedges(&self) {
        self.all.hedges.get_or_create(&self.labels()).inc();
    }

    fn labels(&self) -> ProviderLabels {
        ProviderLabels { provider: self.provider.clone() }
    }
}

const fn word(fault: FaultKind) -> &'static str {
    match fault {
        FaultKind::RateLimited => "rate_limited",
        FaultKind::Refused => "refused",
        FaultKind::Unavailable => "unavailable",
        FaultKind::Garbled => "garbled",
        FaultKind::TimedOut => "timed_out",
        FaultKind::Resting => "resting",
        FaultKind::NotConfigured => "not_configured",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_counted_by_its_name_and_its_breaker_is_in_one_state() {
        let metrics = ModelMetrics::default();
        let calls = metrics.of("local");
        calls.attempted(None);
        calls.attempted(Some(&AnswerFault::Resting(Duration::ZERO)));
        calls.began(Duration::from_millis(300));
        metrics.failed_over("local", FaultKind::TimedOut);
        metrics.set_breaker("local", BreakerState::Closed);
        metrics.set_breaker("local", BreakerState::Open);
        let mut text = String::new();
        metrics.encode(&mut text).unwrap();
        for line in [
            r#"aihio_model_attempts_total{provider="local",outcome="answered"} 1"#,
            r#"aihio_model_attempts_total{provider="local",outcome="resting"} 1"#,
            r#"aihio_model_first_token_seconds_bucket{le="0.5",provider="local"} 1"#,
            r#"aihio_model_fail_overs_total{provider="local",reason="timed_out"} 1"#,
            r#"aihio_model_breaker_state{provider="local",state="open"} 1"#,
            r#"aihio_model_breaker_state{provider="local",state="closed"} 0"#,
            r#"aihio_model_breaker_state{provider="local",state="half_open"} 0"#,
        ] {
            assert!(text.contains(line), "no {line} in\n{text}");
        }
    }
}
