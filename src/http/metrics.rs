//! What is counted about requests, and how it and the engine's figures are shown (OpenMetrics text).

use std::sync::Arc;
use std::time::Duration;

use aihio_actors::engine::EngineMetrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::model_provider::ConfiguredProviders;

/// Upper bounds of the duration buckets, in seconds.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// What requests are told apart by: bounded sets all, never an id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: String,
    route: String,
}

/// Counters of the HTTP side. Cheap to clone.
#[derive(Clone)]
pub struct HttpMetrics {
    registry: Arc<Registry>,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    running: Gauge,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("aihio_http");
        let requests = Family::default();
        let durations = Family::new_with_constructor(new_histogram as fn() -> Histogram);
        let running = Gauge::default();
        registry.register("requests", "Requests that were answered", requests.clone());
        registry.register("request_duration_seconds", "Time to the response's head", durations.clone());
        registry.register("requests_running", "Requests being answered now", running.clone());
        Self { registry: Arc::new(registry), requests, durations, running }
    }
}

fn new_histogram() -> Histogram {
    Histogram::new(SECONDS)
}

impl HttpMetrics {
    /// Counts a request as running until the guard is dropped.
    #[must_use]
    pub fn begin(&self) -> Running {
        self.running.inc();
        Running(self.running.clone())
    }

    /// Counts an answered request. `route` is the route's pattern.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.durations
            .get_or_create(&RouteLabels { method: method.clone(), route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    }

    /// These figures, the engine's and the models', as OpenMetrics text.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn encode(
        &self,
        engine: &EngineMetrics,
        models: &ConfiguredProviders,
    ) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &actors(engine))?;
        models.encode_metrics(&mut text)?;
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: &'static str,
}

/// The engine keeps plain numbers; for each reading they are put into a registry of its own.
fn actors(engine: &EngineMetrics) -> Registry {
    let mut registry = Registry::with_prefix("aihio_actors");
    let [living, waiting] = [(); 2].map(|()| Family::<KindLabels, Gauge>::default());
    let [restarts, panics, refusals] = [(); 3].map(|()| Family::<KindLabels, Counter>::default());
    for count in &engine.kinds {
        let kind = KindLabels { kind: count.kind.as_str() };
        living.get_or_create(&kind).set(whole(count.living));
        waiting.get_or_create(&kind).set(whole(count.mailbox_depth));
        restarts.get_or_create(&kind).inc_by(count.restarts);
        panics.get_or_create(&kind).inc_by(count.panics);
        refusals.get_or_create(&kind).inc_by(count.refusals);
    }
    registry.register("living", "Actors alive now", living);
    registry.register("mailbox_depth", "Messages waiting in mailboxes", waiting);
    registry.register("restarts", "Actors that were restarted", restarts);
    registry.register("panics", "Actors that panicked", panics);
    registry.register("refusals", "Messages refused because a mailbox was full", refusals);
    registry
}

fn whole(figure: u64) -> i64 {
    i64::try_from(figure).unwrap_or(i64::MAX)
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Running(Gauge);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aihio_actors::engine::{ActorKind, KindCount};

    #[test]
    fn an_answered_request_is_counted_by_its_pattern() {
        let metrics = HttpMetrics::default();
        metrics.answered("GET", "/v1/chatbots/{chatbot_id}", 200, Duration::from_millis(3));
        let text =
            metrics.encode(&EngineMetrics { kinds: Vec::new() }, &ConfiguredProviders::default()).unwrap();
        assert!(text.ends_with("# EOF\n"), "{text}");
        let line =
            r#"aihio_http_requests_total{method="GET",route="/v1/chatbots/{chatbot_id}",status="200"} 1"#;
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn actors_are_counted_by_kind() {
        let kind = ActorKind::ALL[0];
        let count = KindCount { kind, living: 3, mailbox_depth: 0, restarts: 2, panics: 1, refusals: 0 };
        let metrics = HttpMetrics::default();
        let text =
            metrics.encode(&EngineMetrics { kinds: vec![count] }, &ConfiguredProviders::default()).unwrap();
        let line = format!("aihio_actors_living{{kind=\"{}\"}} 3", kind.as_str());
        assert!(text.contains(&line), "{text}");
    }

    #[test]
    fn a_request_runs_until_its_guard_is_dropped() {
        let metrics = HttpMetrics::default();
        let running = metrics.begin();
        assert_eq!(metrics.running.get(), 1);
        drop(running);
        assert_eq!(metrics.running.get(), 0);
    }
}
