//! The configured providers, by name.

use std::sync::Arc;

use aihio_actors::model::PassedOver;
use aihio_actors::ports::{Answerer, Providers};

use super::metrics::ModelMetrics;
use super::provider::Provider;
use super::settings::ProviderSettings;

/// The providers of the configuration, in its order.
#[derive(Clone, Default)]
pub struct ConfiguredProviders {
    providers: Vec<(String, Arc<Provider>)>,
    metrics: ModelMetrics,
}

impl ConfiguredProviders {
    /// Sets up an answerer for each.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub fn new(settings: Vec<(String, ProviderSettings)>) -> reqwest::Result<Self> {
        let metrics = ModelMetrics::default();
        let provider = |(name, settings): (String, ProviderSettings)| {
            let provider = Provider::new(settings, metrics.of(&name))?;
            Ok((name, Arc::new(provider)))
        };
        let providers = settings.into_iter().map(provider).collect::<reqwest::Result<_>>()?;
        Ok(Self { providers, metrics })
    }

    /// Appends what was counted of them as OpenMetrics text, without its end.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn encode_metrics(&self, text: &mut String) -> std::fmt::Result {
        for (name, provider) in &self.providers {
            self.metrics.set_breaker(name, provider.breaker());
        }
        self.metrics.encode(text)
    }
}

impl Providers for ConfiguredProviders {
    fn find(&self, name: Option<&str>) -> Option<(String, Arc<dyn Answerer>)> {
        let mut providers = self.providers.iter();
        let (name, provider) = match name {
            Some(name) => providers.find(|(known, _)| known == name)?,
            None => providers.next()?,
        };
        Some((name.clone(), Arc::clone(provider) as _))
    }

    fn passed_over(&self, passed_over: &PassedOver) {
        // Chatbots may name providers that are not configured any more: those would be labels without end.
        if self.providers.iter().any(|(known, _)| *known == passed_over.provider) {
            self.metrics.failed_over(&passed_over.provider, passed_over.fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn providers_are_found_by_name_and_the_first_without_one() {
        crate::scripted_server::install_tls();
        let settings = |name: &str| {
            let base_url = Url::parse("http://127.0.0.1:1/v1").unwrap();
            (name.to_owned(), ProviderSettings::of(base_url, "m"))
        };
        let providers = ConfiguredProviders::new(vec![settings("one"), settings("two")]).unwrap();
        let found = |name| providers.find(name).map(|(name, _)| name);
        assert_eq!(found(None).as_deref(), Some("one"));
        assert_eq!(found(Some("two")).as_deref(), Some("two"));
        assert_eq!(found(Some("three")), None);
        assert!(ConfiguredProviders::default().find(None).is_none());
    }
}
