//! An engine in a scripted world, and what must be true when a test leaves it.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{
    MemoryPages, MemoryRecordings, MemoryStore, ScriptedCrawler, ScriptedExtractor, ScriptedModel,
    ScriptedNode, ScriptedTools, SeededDice, StoreView, VirtualClock,
};
use crate::engine::Drain;
use crate::kernel::{ActorKind, Tree};
use crate::model::{
    AccountId, AnswererChoice, AnswererKind, ChatbotConfig, ChatbotId, ChatbotRecord, ConfigVersion, Epoch,
    NodeId, Plan, SessionId, SessionMeta, Timestamp, Visitor,
};
use crate::ports::{Clock, Cluster, Dice, Ports, Retrieval};
use crate::{Engine, Limits};

/// Everything outside of an engine. Engines that are started one after the other in one world are like processes that
/// share a store.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: Arc<VirtualClock>,
    /// Chance.
    pub dice: Arc<SeededDice>,
    /// What is stored.
    pub store: Arc<MemoryStore>,
    /// The only model.
    pub model: ScriptedModel,
    /// What the model may call, where a chatbot has tools.
    pub tools: ScriptedTools,
    /// The web.
    pub crawler: Arc<ScriptedCrawler>,
    /// The pages of sites.
    pub pages: Arc<MemoryPages>,
    /// What reads files.
    pub extractor: Arc<ScriptedExtractor>,
    /// What happened to all sessions.
    pub recordings: Arc<MemoryRecordings>,
    /// What finds beside words; nothing, unless a test puts it there.
    pub retrieval: Retrieval,
    /// The only account.
    pub account: AccountId,
    /// A chatbot of it that asks the model.
    pub chatbot: ChatbotId,
}

/// Noon of a day in the middle of a month: nothing happens by the calendar unless a test wants it.
const ORIGIN_SECONDS: i64 = 1_768_478_400;

impl World {
    /// Stops the clock of this thread, and makes a world with one account without limits and one chatbot.
    ///
    /// Time goes on by itself whenever everybody waits.
    #[must_use]
    pub fn new() -> Self {
        tokio::time::pause();
        let origin = Timestamp::from_timestamp(ORIGIN_SECONDS, 0).unwrap_or_default();
        let world = Self {
            clock: Arc::new(VirtualClock::at(origin)),
            dice: Arc::new(SeededDice::new(7)),
            store: Arc::new(MemoryStore::new()),
            model: ScriptedModel::default(),
            tools: ScriptedTools::default(),
            crawler: Arc::new(ScriptedCrawler::new()),
            pages: Arc::new(MemoryPages::new()),
            extractor: Arc::new(ScriptedExtractor::new()),
            recordings: Arc::new(MemoryRecordings::new()),
            retrieval: Retrieval::default(),
            account: AccountId::from_uuid(Uuid::from_u128(1)),
            chatbot: ChatbotId::from_uuid(Uuid::from_u128(2)),
        };
        world.limit_answers(None);
        world.configure(world.chatbot, 1, |_| {});
        world
    }

    /// Puts the account on a plan with that many answers a month.
    pub fn limit_answers(&self, answers_per_month: Option<u64>) {
        self.store.put_plan(self.account, Plan { name: "Test".into(), answers_per_month, ..Plan::default() });
    }

    /// Stores a version of a chatbot: one that asks the model, after `change`.
    pub fn configure(&self, chatbot_id: ChatbotId, version: u32, change: impl FnOnce(&mut ChatbotConfig)) {
        let mut config = ChatbotConfig::named("Ada");
        config.answerer = AnswererChoice { kind: AnswererKind::Llm, ..AnswererChoice::default() };
        config.limits.messages_per_minute = 0;
        change(&mut config);
        self.store.put_chatbot(ChatbotRecord {
            chatbot_id,
            account_id: self.account,
            slug: chatbot_id.to_string(),
            config_version: ConfigVersion(version),
            config,
        });
    }

    /// A new session with a chatbot.
    #[must_use]
    pub fn meta(&self, chatbot_id: ChatbotId) -> SessionMeta {
        let opened_at = self.clock.now();
        SessionMeta {
            session_id: SessionId::from_uuid(self.dice.id(opened_at)),
            chatbot_id,
            account_id: self.account,
            epoch: Epoch(self.dice.next_u64().to_string().into()),
            visitor: Visitor::default(),
            locale: None,
            page_url: None,
            opened_at,
        }
    }

    /// The world as the ports of a process.
    #[must_use]
    pub fn ports(&self) -> Ports {
        let name = NodeId::from_uuid(Uuid::from_u128(self.dice.next_u64().into()));
        let node = Arc::new(StoreView::new(Arc::clone(&self.store), name));
        Ports {
            clock: self.clock.clone(),
            dice: self.dice.clone(),
            journal: node.clone(),
            snapshots: self.store.clone(),
            catalog: self.store.clone(),
            knowledge: self.store.clone(),
            pages: self.pages.clone(),
            jobs: self.store.clone(),
            ledger: node,
            blobs: self.store.clone(),
            extractor: self.extractor.clone(),
            crawler: self.crawler.clone(),
            providers: Arc::new(self.model.clone()),
            tools: Arc::new(self.tools.clone()),
            retrieval: self.retrieval.clone(),
            cluster: None,
            recordings: Some(self.recordings.clone()),
        }
    }

    /// Starts an engine here as one of several nodes.
    #[must_use]
    pub fn start_node(&self, node: &Arc<ScriptedNode>) -> TestEngine {
        let cluster: Arc<dyn Cluster> = Arc::clone(node) as _;
        let ports = Ports { cluster: Some(cluster), ..self.ports() };
        TestEngine { engine: Engine::start(ports, Limits::default()), world: self.clone() }
    }

    /// Starts an engine here.
    #[must_use]
    pub fn start(&self, limits: Limits) -> TestEngine {
        TestEngine { engine: Engine::start(self.ports(), limits), world: self.clone() }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// A running engine. A test must [drain](TestEngine::drain) it; whatever is left alive, held or unfinished when it is
/// dropped fails the test, and so does a conversation that can't be replayed.
pub struct TestEngine {
    /// The engine.
    pub engine: Engine,
    /// Its world.
    pub world: World,
}

/// The time within which whatever a test waits for must come to pass.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(2);
const DRAIN: Drain = Drain { within: Duration::from_secs(20), spread: Duration::from_secs(5) };

impl TestEngine {
    /// Waits until something is so. Time passes meanwhile.
    pub async fn until(&self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let wait = async {
            while !so(self) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, wait).await;
        assert!(done.is_ok(), "it never came to pass that {what}; the living: {:#?}", self.engine.tree());
    }

    /// Lets everybody do all that can be done without time passing.
    pub async fn catch_up(&self) {
        const ROUNDS: u32 = 200;
        for _ in 0..ROUNDS {
            tokio::task::yield_now().await;
        }
    }

    /// The living of a kind, wherever they stand in the tree.
    #[must_use]
    pub fn living(&self, kind: ActorKind) -> Vec<Tree> {
        fn gather(tree: Tree, kind: ActorKind, found: &mut Vec<Tree>) {
            tree.children.into_iter().for_each(|child| gather(child, kind, found));
            if tree.kind == kind {
                found.push(Tree { children: Vec::new(), ..tree });
            }
        }
        let mut found = Vec::new();
        if let Some(tree) = self.engine.tree() {
            gather(tree, kind, &mut found);
        }
        found
    }

    /// Ends in order.
    pub async fn drain(&self) {
        self.engine.drain(DRAIN).await;
    }
}

impl Drop for TestEngine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let census = self.engine.census();
        assert!(census.is_empty(), "a test left actors alive: {:?}", census.count());
        let reserved = self.engine.lease(self.world.account).map_or(0, |lease| lease.reserved);
        assert!(reserved == 0, "a test left {reserved} credits held");
        self.world.recordings.prove();
        let unfinished = self.world.store.unfinished_jobs();
        assert!(unfinished.is_empty(), "a test left jobs unfinished: {unfinished:?}");
    }
}
