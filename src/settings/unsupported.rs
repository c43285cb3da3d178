//! Settings whose feature is not there yet. Ignoring them would let an operator believe that it is.

use super::SettingsError;
use super::layers::Layers;

/// What a key would switch on. A name with a dot at its end stands for all keys below it.
const FEATURES: &[(&str, &str)] = &[
    ("database.replica_urls", "reading from replicas"),
    #[cfg(not(feature = "s3"))]
    ("storage.s3.", "keeping uploads in S3, which this program was built without,"),
    ("storage.s3.public_bucket", "a bucket for what anybody may read"),
    ("stripe.", "payment through Stripe"),
    ("oidc.", "signing in with an identity provider"),
    ("smtp.", "sending mail"),
    ("sentry.", "reporting to Sentry"),
    ("otlp.", "sending traces"),
];

/// Refuses settings of features that this version lacks.
///
/// # Errors
/// When one is set.
pub(super) fn refuse(layers: &Layers) -> Result<(), SettingsError> {
    for (key, place) in layers.set_keys() {
        if let Some(feature) = feature(key) {
            return Err(SettingsError::Unsupported { key: key.to_owned(), place: place.clone(), feature });
        }
    }
    Ok(())
}

fn feature(key: &str) -> Option<&'static str> {
    let names = |name: &str| if name.ends_with('.') { key.starts_with(name) } else { key == name };
    FEATURES.iter().find(|(name, _)| names(name)).map(|(_, feature)| *feature)
}
