//! What every handler can reach: the engine, the store and the service's own parts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, web};
use aihio_actors::engine::Engine;
use aihio_actors::model::{ChatbotId, Plan, PlanId, Refusal};
use aihio_actors::ports::{Blobs, Clock, Dice};
use tokio::sync::watch;
use url::Url;

use super::metrics::HttpMetrics;
use super::places::{Place, Places};
use crate::auth::{Passwords, Seal, Tokens};
use crate::blobs::{Intake, UploadSigner};
use crate::error::ApiError;
use crate::evaluation::Bench;
use crate::limits::{RateLimits, TrustedProxies};
use crate::model_provider::ConfiguredProviders;
use crate::store::Store;
use crate::tools::ToolShelf;

/// The state behind all routes, put together once at start.
pub struct Service {
    /// The actors.
    pub engine: Engine,
    /// Everything that is kept, by account.
    pub store: Store,
    /// Uploaded bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Where uploads are sent to.
    pub intake: Arc<dyn Intake>,
    /// Checks uploads that are sent to this server itself.
    pub upload_signer: UploadSigner,
    /// Makes and checks tokens.
    pub tokens: Tokens,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// Keeps remembered responses, and secrets of chatbots, unreadable where they are kept.
    pub seal: Seal,
    /// What chatbots' models may call.
    pub tools: Arc<ToolShelf>,
    /// How often somebody may ask.
    pub limits: RateLimits,
    /// Where chatbots are tried.
    pub bench: Bench,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for ids.
    pub dice: Arc<dyn Dice>,
    /// The configured models, for what is counted of them.
    pub models: ConfiguredProviders,
    /// What is counted about requests.
    pub metrics: HttpMetrics,
    /// Whether new work is taken.
    pub readiness: Readiness,
    /// How many connections may last at once.
    pub places: Places,
    /// What the operator has set.
    pub options: HttpOptions,
}

impl Service {
    /// The state behind a request.
    ///
    /// # Errors
    /// When the application was put together without one.
    pub fn of(request: &HttpRequest) -> Result<&web::Data<Self>, ApiError> {
        request.app_data().ok_or_else(|| ApiError::internal("the application holds no service state"))
    }

    /// Lets a connection in that would last; it keeps the place.
    ///
    /// # Errors
    /// When the server is on its way out, or has no place left.
    pub fn admit(&self) -> Result<Place, ApiError> {
        self.readiness.admit()?;
        self.places.take()
    }
}

/// What the operator has set.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// The address under which browsers reach this server, without a path.
    pub public_url: Url,
    /// Whether strangers may make accounts.
    pub registration: Registration,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// The chatbot of the demo page, where there is one.
    pub demo_chatbot: Option<ChatbotId>,
    /// Largest upload, in bytes; a plan may set a lower one.
    pub upload_bytes_max: u64,
    /// Most pages of one site.
    pub site_pages_max: u32,
    /// Largest body of a JSON request, in bytes.
    pub body_bytes_max: usize,
    /// How long an answer over HTTP is waited for.
    pub answer_timeout: Duration,
    /// The plans on offer, by key.
    pub plans: BTreeMap<PlanId, Plan>,
    /// The plan of accounts without a subscription.
    pub default_plan: PlanId,
    /// The names of the configured models, which a chatbot's answerer may choose from.
    pub providers: BTreeSet<String>,
}

/// Whether strangers may make accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// They may.
    Open,
    /// They may not.
    Closed,
}

/// Whether new work is taken; shared with whatever stops the server.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<watch::Sender<Stage>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    #[default]
    Serving,
    /// Load balancers are told; who comes all the same is served.
    Leaving,
    /// Nobody new is let in.
    Closed,
}

impl Readiness {
    /// From now on `/readyz` fails, so that load balancers look elsewhere.
    pub fn leave(&self) {
        self.0.send_replace(Stage::Leaving);
    }

    /// From now on no connection that would last is let in.
    pub fn close(&self) {
        self.0.send_replace(Stage::Closed);
    }

    /// Whether the server is on its way out.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        *self.0.borrow() != Stage::Serving
    }

    /// Whether nobody new is let in.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.0.borrow() == Stage::Closed
    }

    fn admit(&self) -> Result<(), ApiError> {
        if self.is_closed() { Err(Refusal::leaving().into()) } else { Ok(()) }
    }

    /// Waits until nobody new is let in.
    pub async fn closed(&self) {
        // The sender is held here, so the channel does not close.
        let _ = self.0.subscribe().wait_for(|stage| *stage == Stage::Closed).await;
    }
}
