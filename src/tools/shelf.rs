//! The port's implementation: the tools of all chatbots, found once for each version of a configuration.

use std::sync::Arc;

use aihio_actors::model::{ChatbotId, ChatbotRecord, ConfigVersion};
use aihio_actors::ports::{Toolbox, Toolboxes};
use async_trait::async_trait;
use dashmap::DashMap;

use super::catalogue::Catalogue;
use super::headers::Secrets;
use super::inspection::{Inspected, inspected};
use super::toolbox::ChatbotToolbox;
use crate::crawl::SafeHttp;

/// Catalogues that are kept; beyond that all are read anew.
const KEPT_MAX: usize = 1_000;

/// What tools need of the world.
#[derive(Clone)]
pub(super) struct World {
    pub(super) http: SafeHttp,
    pub(super) secrets: Arc<dyn Secrets>,
}

/// The tools of all chatbots.
pub struct ToolShelf {
    world: World,
    kept: DashMap<(ChatbotId, ConfigVersion), Arc<Catalogue>>,
}

impl ToolShelf {
    /// A shelf with nothing on it yet. All that is called is called through `http`.
    pub fn new(http: SafeHttp, secrets: Arc<dyn Secrets>) -> Self {
        Self { world: World { http, secrets }, kept: DashMap::new() }
    }

    /// What a chatbot's sources have now, and what is wrong with them. Its configuration may be one that is only tried;
    /// what is in force is found anew with the next answer.
    pub async fn inspect(&self, chatbot: &ChatbotRecord) -> Vec<Inspected> {
        self.forget(chatbot.chatbot_id);
        inspected(&Catalogue::read(chatbot, &self.world).await)
    }

    /// Has a chatbot's tools found anew: something beside its configuration has changed.
    pub fn forget(&self, chatbot: ChatbotId) {
        self.kept.retain(|(known, _), _| *known != chatbot);
    }

    async fn catalogue(&self, chatbot: &ChatbotRecord) -> Arc<Catalogue> {
        let kept = self.kept.get(&key(chatbot)).map(|kept| Arc::clone(&kept));
        if let Some(fresh) = kept.filter(|kept| kept.is_fresh()) {
            return fresh;
        }
        let catalogue = Arc::new(Catalogue::read(chatbot, &self.world).await);
        self.keep(chatbot, &catalogue);
        catalogue
    }

    fn keep(&self, chatbot: &ChatbotRecord, catalogue: &Arc<Catalogue>) {
        if self.kept.len() >= KEPT_MAX {
            self.kept.clear();
        }
        self.forget(chatbot.chatbot_id);
        self.kept.insert(key(chatbot), Arc::clone(catalogue));
    }
}

fn key(chatbot: &ChatbotRecord) -> (ChatbotId, ConfigVersion) {
    (chatbot.chatbot_id, chatbot.config_version)
}

#[async_trait]
impl Toolboxes for ToolShelf {
    async fn open(&self, chatbot: &ChatbotRecord, visitor: Option<&str>) -> Arc<dyn Toolbox> {
        let catalogue = self.catalogue(chatbot).await;
        Arc::new(ChatbotToolbox::new(chatbot, visitor, catalogue, self.world.clone()))
    }
}
