//! What the operator's commands work with beside a server, whether it runs or not.

use std::sync::Arc;

use aihio_actors::Limits;
use aihio_actors::ports::{Providers, Retrieval};

use super::{StartError, parts, retrieval};
use crate::settings::Settings;
use crate::store::Store;

/// The configured store and models, without a server.
pub struct Workbench {
    /// The store, as it is.
    pub store: Store,
    /// The configured models.
    pub providers: Arc<dyn Providers>,
    /// What finds passages.
    pub retrieval: Retrieval,
    /// The engine's bounds.
    pub limits: Limits,
}

impl Workbench {
    /// Connects to what is configured. Nothing is made or changed.
    ///
    /// # Errors
    /// When the store is not there or its schema is not this program's, or a model's settings are incomplete.
    pub async fn set_up(settings: &Settings) -> Result<Self, StartError> {
        let store = Store::join(parts::store_options(settings)).await?;
        let providers = Arc::new(parts::providers(settings)?);
        let retrieval = retrieval::retrieval(settings, &store)?;
        Ok(Self { store, providers, retrieval, limits: parts::limits(settings) })
    }
}
