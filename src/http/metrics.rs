//! What is counted about requests, and how it and the engine's figures are shown (OpenMetrics text).

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

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

    /// All figures as OpenMetrics text, without its end mark.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn encode(&self, text: &mut String) -> Result<(), std::fmt::Error> {
        encode(text, &self.registry)
    }
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

    #[test]
    fn an_answered_request_is_counted_by_its_pattern() {
        let metrics = HttpMetrics::default();
        metrics.answered("GET", "/v1/chatbots/{chatbot_id}", 200, Duration::from_millis(3));
        let mut text = String::new();
        metrics.encode(&mut text).unwrap();
        let line =
            r#"aihio_http_requests_total{method="GET",route="/v1/chatbots/{chatbot_id}",status="200"} 1"#;
        assert!(text.contains(line), "{text}");
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
