//! How each part is made from the settings.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::kernel::Pace;
use aihio_actors::limits::Acknowledge;
use aihio_actors::model::{ChatbotId, NodeId};
use aihio_actors::ports::{Clock as _, Cluster, Dice as _, Ports, Recordings};
use aihio_actors::{Engine, Limits};
use secrecy::{ExposeSecret, SecretString};

use super::StartError;
use super::open_files::OpenFiles;
use super::storage::{blobs, intake};
use crate::auth::{Passwords, Seal, TokenLifetimes, Tokens, random_bytes};
use crate::blobs::UploadSigner;
use crate::cache::{MemoryShelf, RedisNodes, RedisShelf, Shelf, ShelvedJournal, ShelvedSnapshots};
use crate::crawl::{AllowListError, CrawlLimits, Guard, Politeness, WebCrawler};
use crate::evaluation::Bench;
use crate::extract::{DocumentExtractor, ExtractLimits, Isolation};
use crate::http::metrics::HttpMetrics;
use crate::http::{HttpOptions, Places, Readiness, Registration, Service};
use crate::limits::{Enforcement, LimitOptions, RateLimits, TrustedProxies};
use crate::model_provider::{AnswerTimeouts, ConfiguredProviders, Price, Protocol, ProviderSettings};
use crate::recording::StoreRecordings;
use crate::settings::{
    Durability as Wanted, LimitsSettings, LlmSettings, ModelPrice, ProviderKind, Settings,
};
use crate::store::{Durability, Migrate, Store, StoreOptions};
use crate::system::{SystemClock, SystemDice};
use crate::tools::ToolShelf;

/// Bytes of snapshots and newest events that are kept in memory where there is no Redis.
const SHELF_BYTES_MAX: usize = 64 * 1024 * 1024;

pub(super) fn store_options(settings: &Settings) -> StoreOptions {
    StoreOptions {
        url: settings.database_url(),
        durability: match settings.journal.durability {
            Wanted::Commit => Durability::Commit,
            Wanted::Async => Durability::Async,
        },
        migrate: if settings.database.migrate { Migrate::AtStart } else { Migrate::Refuse },
        connections_max: settings.database.connections_max.get(),
        plans: settings.billing.plans.clone().into_iter().collect(),
        default_plan: settings.billing.default_plan.clone(),
    }
}

pub(super) fn limits(settings: &Settings) -> Limits {
    let standard = Limits::default();
    let pace = Pace {
        per_minute: settings.limits.session_messages_per_minute,
        burst: settings.limits.session_messages_per_minute.min(SESSION_BURST_MAX),
    };
    Limits {
        session_pace: settings.limits.enabled.then_some(pace),
        journal_queue_len: size(settings.journal.queue_records_max),
        journal_batch_len: size(settings.journal.batch_records_max),
        acknowledge: match settings.journal.durability {
            Wanted::Commit => Acknowledge::WhenDurable,
            Wanted::Async => Acknowledge::WhenQueued,
        },
        crawl_pages_at_once: settings.crawler.pages_at_once.get(),
        crawl_turn: Duration::from_secs(settings.crawler.turn_seconds.get().into()),
        crawl_fetched_bytes_max: settings.crawler.fetched_bytes_max,
        crawl_time_max: Duration::from_secs(u64::from(settings.crawler.minutes_max.get()) * 60),
        lease_lasts: Duration::from_secs(settings.billing.credit_lease_seconds.get().into()),
        ..standard
    }
}

/// Messages that a session may send at once after a quiet time.
const SESSION_BURST_MAX: NonZeroU32 = NonZeroU32::new(30).expect("30 is not zero");

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

pub(super) fn ports(
    settings: &Settings,
    store: &Store,
    models: &ConfiguredProviders,
    tools: Arc<ToolShelf>,
) -> Result<Ports, StartError> {
    let shared = Arc::new(store.clone());
    let shelf = shelf(settings)?;
    let crawler = WebCrawler::new(guard(settings)?, CrawlLimits::default(), politeness(settings));
    Ok(Ports {
        clock: Arc::new(SystemClock),
        dice: Arc::new(SystemDice),
        journal: Arc::new(ShelvedJournal::new(Arc::clone(&shelf), shared.clone())),
        snapshots: Arc::new(ShelvedSnapshots::new(shelf, shared.clone())),
        catalog: shared.clone(),
        knowledge: shared.clone(),
        pages: shared.clone(),
        jobs: shared.clone(),
        ledger: shared,
        blobs: blobs(settings)?,
        extractor: Arc::new(DocumentExtractor::new(Isolation::detect(), extract_limits(settings))),
        crawler: Arc::new(crawler.map_err(|error| StartError::Tls(error.into()))?),
        providers: Arc::new(models.clone()),
        tools,
        retrieval: super::retrieval::retrieval(settings, store)?,
        cluster: cluster(settings)?,
        recordings: recordings(settings, store),
    })
}

/// What lets requests to addresses that others gave pass.
pub(super) fn guard(settings: &Settings) -> Result<Guard, AllowListError> {
    let allow_private: Vec<String> = settings.crawler.allow_private.iter().map(ToString::to_string).collect();
    Guard::new(&allow_private)
}

/// What keeps small things in the store unreadable there.
pub(super) async fn seal(store: &Store) -> Result<Seal, StartError> {
    Ok(Seal::new(&store.secret("seal", random_bytes()?).await?)?)
}

fn politeness(settings: &Settings) -> Politeness {
    Politeness {
        host_concurrency: settings.crawler.host_concurrency.get(),
        host_delay: Duration::from_millis(settings.crawler.host_delay_ms),
    }
}

fn extract_limits(settings: &Settings) -> ExtractLimits {
    let wanted = &settings.extract;
    // What may be uploaded or fetched may be read.
    let input_bytes_max = settings.http.upload_bytes_max.max(CrawlLimits::default().page_bytes_max);
    ExtractLimits {
        input_bytes_max: usize::try_from(input_bytes_max).unwrap_or(usize::MAX),
        text_bytes_max: wanted.text_bytes_max,
        unpacked_bytes_max: wanted.unpacked_bytes_max,
        files_max: wanted.files_max,
        pages_max: wanted.pages_max,
        deadline: Duration::from_secs(wanted.seconds_max),
        memory_bytes_max: wanted.memory_bytes_max,
        concurrent_max: wanted.concurrent_max,
        ..ExtractLimits::default()
    }
}

fn recordings(settings: &Settings, store: &Store) -> Option<Arc<dyn Recordings>> {
    let wanted = &settings.recording;
    wanted.enabled.then(|| {
        Arc::new(StoreRecordings::start(store.clone(), wanted.queue_steps_max)) as Arc<dyn Recordings>
    })
}

fn shelf(settings: &Settings) -> Result<Arc<dyn Shelf>, StartError> {
    Ok(match &settings.redis.url {
        Some(url) => Arc::new(RedisShelf::connect(url.expose_secret())?),
        None => Arc::new(MemoryShelf::new(SHELF_BYTES_MAX)),
    })
}

/// This process among others, where there are any. Its id is drawn anew at each start.
fn cluster(settings: &Settings) -> Result<Option<Arc<dyn Cluster>>, StartError> {
    let Some(url) = settings.redis.url.as_ref().filter(|_| settings.cluster.enabled) else { return Ok(None) };
    let node = NodeId::from_uuid(SystemDice.id(SystemClock.now()));
    let nodes = RedisNodes::join(url.expose_secret(), node, settings.cluster.lease())?;
    tracing::info!(node.id = %node, "this process shares the conversations with others");
    Ok(Some(Arc::new(nodes)))
}

pub(super) fn providers(settings: &Settings) -> Result<ConfiguredProviders, StartError> {
    let configured: Result<Vec<_>, StartError> =
        settings.llm.iter().map(|(name, llm)| Ok((name.clone(), provider(name, llm)?))).collect();
    ConfiguredProviders::new(configured?).map_err(|error| StartError::Tls(error.into()))
}

fn provider(name: &str, llm: &LlmSettings) -> Result<ProviderSettings, StartError> {
    let incomplete = || StartError::Model(name.to_owned());
    let base_url = llm.base_url.clone().ok_or_else(incomplete)?;
    let model = llm.model.clone().ok_or_else(incomplete)?;
    let price = |price: &ModelPrice| Price { prompt: price.prompt, completion: price.completion };
    Ok(ProviderSettings {
        protocol: match llm.kind {
            ProviderKind::OpenAi => Protocol::OpenAi,
            ProviderKind::Anthropic => Protocol::Anthropic,
        },
        api_key: llm.api_key.clone().unwrap_or_else(|| SecretString::from("")),
        tokens_max: llm.tokens_max,
        timeouts: answer_timeouts(llm),
        hedge_after: llm.hedge_after_ms.map(|delay| Duration::from_millis(delay.get())),
        prices: llm.prices.iter().map(|listed| (listed.model.clone(), price(listed))).collect(),
        ..ProviderSettings::of(base_url, model)
    })
}

fn answer_timeouts(llm: &LlmSettings) -> AnswerTimeouts {
    let standard = AnswerTimeouts::default();
    let wanted = |seconds: Option<NonZeroU32>, otherwise| {
        seconds.map_or(otherwise, |seconds| Duration::from_secs(seconds.get().into()))
    };
    AnswerTimeouts {
        first_piece: wanted(llm.first_token_seconds, standard.first_piece),
        between_pieces: wanted(llm.between_tokens_seconds, standard.between_pieces),
        whole: wanted(llm.answer_seconds, standard.whole),
        ..standard
    }
}

/// What is there before the service's state is put together.
pub(super) struct Built {
    pub(super) store: Store,
    pub(super) engine: Engine,
    pub(super) ports: Ports,
    pub(super) models: ConfiguredProviders,
    pub(super) tools: Arc<ToolShelf>,
    pub(super) seal: Seal,
    pub(super) passwords: Passwords,
    pub(super) guide: Option<ChatbotId>,
    pub(super) files: OpenFiles,
}

pub(super) async fn service(
    settings: &Settings,
    address: SocketAddr,
    built: Built,
) -> Result<Service, StartError> {
    let Built { store, engine, ports, models, tools, seal, passwords, guide, files } = built;
    let token_key = store.secret("tokens", random_bytes()?).await?;
    let upload_key = store.secret("uploads", random_bytes()?).await?;
    let upload_signer = UploadSigner::new(upload_key);
    let options = http_options(settings, address, guide)?;
    let bench = Bench {
        providers: ports.providers,
        limits: limits(settings),
        store: store.clone(),
        clock: Arc::clone(&ports.clock),
        dice: Arc::clone(&ports.dice),
    };
    Ok(Service {
        engine,
        store,
        blobs: ports.blobs,
        intake: intake(settings, upload_signer.clone(), options.public_url.as_str())?,
        upload_signer,
        tokens: Tokens::new(&token_key, TokenLifetimes::default()),
        passwords,
        seal,
        tools,
        bench,
        limits: RateLimits::new(&limit_options(&settings.limits)),
        clock: ports.clock,
        dice: ports.dice,
        metrics: HttpMetrics::default(),
        models,
        readiness: Readiness::default(),
        places: Places::new(files.lasting()),
        options,
    })
}

fn http_options(
    settings: &Settings,
    address: SocketAddr,
    demo_chatbot: Option<ChatbotId>,
) -> Result<HttpOptions, StartError> {
    let public_url = match &settings.http.public_url {
        Some(url) => url.clone(),
        None => format!("http://{address}").parse()?,
    };
    let limits = Limits::default();
    Ok(HttpOptions {
        site_pages_max: settings.crawler.pages_max.get(),
        public_url,
        registration: if settings.registration.enabled { Registration::Open } else { Registration::Closed },
        trusted_proxies: TrustedProxies(settings.http.trusted_proxies.iter().map(|proxy| proxy.0).collect()),
        demo_chatbot,
        upload_bytes_max: settings.http.upload_bytes_max,
        body_bytes_max: settings.http.body_bytes_max,
        answer_timeout: limits.answer_timeout,
        plans: settings.billing.plans.clone(),
        default_plan: settings.billing.default_plan.clone(),
        providers: settings.llm.keys().cloned().collect(),
    })
}

const fn limit_options(settings: &LimitsSettings) -> LimitOptions {
    LimitOptions {
        enforcement: if settings.enabled { Enforcement::On } else { Enforcement::Off },
        address_requests_per_minute: settings.address_requests_per_minute,
        address_connects_per_minute: settings.address_connects_per_minute,
        socket_messages_per_second: settings.socket_messages_per_second,
        socket_messages_burst: settings.socket_messages_burst,
        chatbot_messages_per_second: settings.chatbot_messages_per_second,
        key_requests_per_minute: settings.key_requests_per_minute,
        login_attempts_per_minute: settings.login_attempts_per_minute,
        registrations_per_hour: settings.registrations_per_hour,
    }
}
