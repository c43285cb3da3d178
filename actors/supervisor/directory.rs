//! Where the living are found without asking the root.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::{oneshot, watch};

use crate::billing::{AccountHandle, AskedAt};
use crate::chatbot::state::Change;
use crate::chatbot::{ChatbotHandle, Reload};
use crate::model::{AccountId, ChatbotId, Job, JobId};

/// Handles by id. The root writes, everybody reads.
#[derive(Default)]
pub struct Directory {
    pub(crate) chatbots: DashMap<ChatbotId, Arc<ChatbotHandle>>,
    pub(crate) accounts: DashMap<AccountId, Arc<AccountHandle>>,
    pub(crate) jobs: DashMap<JobId, watch::Sender<Option<Job>>>,
}

impl Directory {
    /// The chatbot, if it lives.
    #[must_use]
    pub fn chatbot(&self, id: ChatbotId) -> Option<Arc<ChatbotHandle>> {
        self.chatbots.get(&id).map(|found| Arc::clone(&found)).filter(|found| found.is_open())
    }

    /// The account, if it lives.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<Arc<AccountHandle>> {
        self.accounts.get(&id).map(|found| Arc::clone(&found))
    }

    /// The accounts with credits out with this process, each with its lease's moment of now.
    pub(crate) fn leases_out(&self) -> impl Iterator<Item = (AccountId, AskedAt)> {
        let out = self.accounts.iter().filter(|account| account.lease().is_out());
        out.map(|account| (account.id(), account.lease().asked_now()))
    }

    /// The newest state of a job, as it changes; none while it does not run here.
    #[must_use]
    pub fn watch_job(&self, id: JobId) -> watch::Receiver<Option<Job>> {
        self.job(id).subscribe()
    }

    /// Where a job's changes are announced.
    pub(crate) fn job(&self, id: JobId) -> watch::Sender<Option<Job>> {
        self.jobs.entry(id).or_insert_with(|| watch::channel(None).0).clone()
    }

    /// Forgets jobs that nobody watches and that do not run.
    pub(crate) fn forget_idle_jobs(&self) {
        self.jobs.retain(|_, watch| {
            let ended = watch.borrow().as_ref().is_none_or(|job| job.state.is_final());
            watch.receiver_count() > 0 || !ended
        });
    }
}

impl Directory {
    pub(crate) fn knowledge_changed(&self, id: ChatbotId) {
        self.reload(id, Reload { change: Change::Knowledge, followed: None });
    }

    /// The same, for somebody who waits until the chatbot has followed.
    pub(crate) fn source_read(&self, id: ChatbotId, found: oneshot::Sender<()>) {
        self.reload(id, Reload { change: Change::Knowledge, followed: Some(found) });
    }

    pub(crate) fn config_changed(&self, id: ChatbotId) {
        self.reload(id, Reload { change: Change::Config, followed: None });
    }

    fn reload(&self, id: ChatbotId, reload: Reload) {
        // A chatbot that does not live reads everything when it starts.
        if let Some(chatbot) = self.chatbot(id)
            && chatbot.tell(reload).is_err()
        {
            tracing::warn!(chatbot.id = %id, "the chatbot is too busy to follow a change; it follows the next one");
        }
    }
}
