//! The composition root: the only file that knows every part. It builds everything first; only then things move.

mod first_owner;
mod guide;
mod open_files;
mod parts;
mod retrieval;
mod server;
mod storage;
mod tools;
mod workbench;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::web;
use aihio_actors::Engine;
use secrecy::SecretString;

use self::open_files::OpenFiles;
use crate::auth::{PasswordError, RandomError};
use crate::cache::CacheError;
use crate::crawl::AllowListError;
use crate::embedding::LocalModelError;
use crate::http::Service;
use crate::settings::{DrainTimes, Settings};
use crate::store::{Store, StoreError};

#[cfg(feature = "s3")]
pub(crate) use storage::bucket::access as bucket_access;
pub use workbench::Workbench;

/// Why the service can't be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error(
        "the address {address} can't be listened on: is another server running there? Set AIHIO__HTTP__BIND"
    )]
    Bind {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The store can't be opened.
    #[error("the database can't be used: check AIHIO__DATABASE__URL and that the server is running")]
    Store(#[from] StoreError),
    /// The folder for uploads can't be used.
    #[error("the data folder can't be used: check that AIHIO__DATA_DIR exists and can be written to")]
    DataFolder(#[source] io::Error),
    /// Redis can't be used.
    #[error("Redis can't be used: check AIHIO__REDIS__URL")]
    Redis(#[from] CacheError),
    /// The list of private hosts can't be understood.
    #[error("`crawler.allow_private` can't be understood")]
    AllowList(#[from] AllowListError),
    /// A client for outgoing requests can't be made.
    #[error("the client for outgoing requests can't be made: are certificate authorities installed?")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A model's settings are incomplete.
    #[error("the model `{0}` has no `base_url` or no `model`: set AIHIO__LLM__{upper}__BASE_URL and …__MODEL", upper = .0.to_uppercase())]
    Model(String),
    /// The model of static vectors can't be used.
    #[error("`embeddings.table_file` and `embeddings.tokenizer_file` can't be used")]
    LocalModel(#[from] LocalModelError),
    /// Passwords can't be hashed.
    #[error("passwords can't be hashed")]
    Password(#[from] PasswordError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[from] RandomError),
    /// The public address can't be understood.
    #[error("`http.public_url` can't be understood")]
    PublicUrl(#[from] url::ParseError),
    /// The web server ended with an error.
    #[error("the web server failed")]
    Serve(#[from] io::Error),
}

/// A service that is ready to start.
pub struct App {
    listener: TcpListener,
    address: SocketAddr,
    workers: usize,
    files: OpenFiles,
    drain: DrainTimes,
    service: web::Data<Service>,
    first_password: Option<SecretString>,
}

/// Builds everything and binds the address; nothing is served yet.
///
/// # Errors
/// When a part can't be had. The message says what to do.
pub async fn build(settings: Settings) -> Result<App, StartError> {
    let bind = settings.http.bind;
    let bound = |source| StartError::Bind { address: bind, source };
    let listener = TcpListener::bind(bind).map_err(bound)?;
    let address = listener.local_addr().map_err(bound)?;
    let store = Store::open(parts::store_options(&settings)).await?;
    let seal = parts::seal(&store).await?;
    let tools = tools::shelf(&settings, &store, &seal)?;
    let models = parts::providers(&settings)?;
    let ports = parts::ports(&settings, &store, &models, Arc::clone(&tools))?;
    let keep_days = settings.recording.keep_days;
    actix_rt::spawn(crate::recording::forget_old(store.clone(), Arc::clone(&ports.clock), keep_days));
    storage::tend(&settings, &ports.clock);
    retrieval::backfill(&store, &ports).await?;
    let engine = Engine::start(ports.clone(), parts::limits(&settings));
    let passwords = crate::auth::Passwords::new()?;
    let owner = first_owner::ensure(&settings, &store, &passwords, &ports).await?;
    let guide =
        if settings.demo.enabled { guide::ensure(&store, &engine, &ports, &owner).await? } else { None };
    let files = OpenFiles::most();
    let built = parts::Built { store, engine, ports, models, tools, seal, passwords, guide, files };
    let service = parts::service(&settings, address, built).await?;
    Ok(App {
        listener,
        address,
        workers: settings.http.workers(),
        files,
        drain: settings.http.drain(),
        service: web::Data::from(Arc::new(service)),
        first_password: owner.generated_password,
    })
}

impl App {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first owner's password, when it was generated just now: it is told once and never again.
    #[must_use]
    pub const fn first_password(&self) -> Option<&SecretString> {
        self.first_password.as_ref()
    }

    /// Serves until told to stop (SIGTERM or SIGINT), then drains.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn run_until_stopped(self) -> Result<(), StartError> {
        server::run(self).await
    }
}
