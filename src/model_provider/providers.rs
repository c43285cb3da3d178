//! The configured providers, by name.

use std::sync::Arc;

use aihio_actors::ports::{Answerer, Providers};

use super::provider::Provider;
use super::settings::ProviderSettings;

/// The providers of the configuration, in its order.
#[derive(Clone, Default)]
pub struct ConfiguredProviders {
    providers: Vec<(String, Arc<dyn Answerer>)>,
}

impl ConfiguredProviders {
    /// Sets up an answerer for each.
    ///
    /// # Errors
    /// When the TLS set-up of the machine can't be used.
    pub fn new(settings: Vec<(String, ProviderSettings)>) -> reqwest::Result<Self> {
        let answerer = |(name, settings)| -> reqwest::Result<(String, Arc<dyn Answerer>)> {
            Ok((name, Arc::new(Provider::new(settings)?)))
        };
        Ok(Self { providers: settings.into_iter().map(answerer).collect::<reqwest::Result<_>>()? })
    }
}

impl Providers for ConfiguredProviders {
    fn find(&self, name: Option<&str>) -> Option<(String, Arc<dyn Answerer>)> {
        let mut providers = self.providers.iter();
        match name {
            Some(name) => providers.find(|(known, _)| known == name).cloned(),
            None => providers.next().cloned(),
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
