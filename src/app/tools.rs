//! The tools of chatbots, with their secrets out of the store.

use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::{AccountId, ChatbotId};
use async_trait::async_trait;
use secrecy::SecretString;

use super::{StartError, parts};
use crate::auth::Seal;
use crate::crawl::SafeHttp;
use crate::settings::Settings;
use crate::store::Store;
use crate::tools::{Secrets, ToolShelf};

/// The longest exchange of all; a chatbot's own limit on calls is shorter.
const DEADLINE: Duration = Duration::from_secs(60);

pub(super) fn shelf(settings: &Settings, store: &Store, seal: &Seal) -> Result<Arc<ToolShelf>, StartError> {
    let http = SafeHttp::new(parts::guard(settings)?, DEADLINE);
    let http = http.map_err(|error| StartError::Tls(error.into()))?;
    let secrets = StoredSecrets { store: store.clone(), seal: seal.clone() };
    Ok(Arc::new(ToolShelf::new(http, Arc::new(secrets))))
}

/// Secrets as they are kept: sealed.
struct StoredSecrets {
    store: Store,
    seal: Seal,
}

/// What was stored can't be opened.
#[derive(Debug, thiserror::Error)]
#[error("a secret was sealed with another key: it has to be set anew")]
struct Unopened;

#[async_trait]
impl Secrets for StoredSecrets {
    async fn secret(
        &self,
        (account, chatbot): (AccountId, ChatbotId),
        name: &str,
    ) -> Result<Option<SecretString>, Box<dyn std::error::Error + Send + Sync>> {
        let Some(sealed) = self.store.tenant(account).chatbot_secret(chatbot, name).await? else {
            return Ok(None);
        };
        let opened = self.seal.open(&sealed).and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Some(SecretString::from(opened.ok_or(Unopened)?)))
    }
}
