//! A running server, as the commands that talk to one reach it.

use std::time::Duration;

use aihio_actors::model::ChatbotId;
use clap::Args;
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::failure::Failure;

/// The chatbot that is set up at first start; its id is public.
const DEMO_SLUG: &str = "guide";

/// Where the server is and who asks.
#[derive(Debug, Args)]
pub(super) struct RemoteArguments {
    /// The server's address
    #[arg(long, value_name = "URL", env = "AIHIO_URL", default_value = "http://127.0.0.1:8080")]
    url: Url,
    /// An API key (aihio_sk_…), made in the dashboard under Keys
    #[arg(long, value_name = "KEY", env = "AIHIO_API_KEY", hide_env_values = true)]
    key: Option<SecretString>,
}

#[cfg(test)]
impl RemoteArguments {
    /// A server of a test.
    pub(super) fn to(url: &str) -> Self {
        Self { url: url.parse().unwrap(), key: Some("aihio_sk_test".into()) }
    }
}

/// A server to talk to.
pub(super) struct Remote {
    base: Url,
    key: Option<SecretString>,
    http: reqwest::Client,
}

#[derive(Deserialize)]
struct Demo {
    chatbot_id: ChatbotId,
}

#[derive(Deserialize)]
struct Named {
    id: ChatbotId,
    slug: String,
}

#[derive(Deserialize)]
struct PageOf<T> {
    items: Vec<T>,
    next_cursor: Option<String>,
}

/// RFC 9457.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    title: String,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
}

#[derive(Deserialize)]
struct FieldProblem {
    field: String,
    message: String,
}

impl Remote {
    /// Prepares to talk; connects to nothing yet.
    pub(super) fn new(arguments: RemoteArguments) -> Result<Self, Failure> {
        let base = arguments.url;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(Failure::new(format!("{base} is not the address of a server"))
                .at("--url or AIHIO_URL")
                .cure("Give an address that begins with http:// or https://."));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .http1_only()
            .build()
            .map_err(|error| Failure::new("an HTTP client can't be made").because(&error))?;
        Ok(Self { base, key: arguments.key, http })
    }

    /// The full address of a path, or the address itself where it is a full one.
    pub(super) fn address(&self, path: &str) -> Result<Url, Failure> {
        self.base.join(path).map_err(|error| Failure::new(format!("`{path}` is no address")).because(&error))
    }

    /// A request to a path, with the key if there is one.
    pub(super) fn request(&self, method: reqwest::Method, path: &str) -> Result<RequestBuilder, Failure> {
        let request = self.http.request(method, self.address(path)?);
        Ok(match &self.key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        })
    }

    /// A request to another address, without the key.
    pub(super) fn foreign(&self, method: reqwest::Method, address: Url) -> RequestBuilder {
        self.http.request(method, address)
    }

    /// Sends, and takes any status but success for a failure.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        if response.status().is_success() || response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(response);
        }
        Err(refused(response).await)
    }

    /// Sends, and reads the answer's JSON.
    pub(super) async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let response = self.send(request).await?;
        response.json().await.map_err(|error| {
            Failure::new("the server's answer is not understood")
                .because(&error)
                .cure("Check that --url names an aihio server of the same version.")
        })
    }

    /// The chatbot of that id or slug.
    pub(super) async fn chatbot(&self, name: &str) -> Result<ChatbotId, Failure> {
        if let Ok(id) = name.parse() {
            return Ok(id);
        }
        match (&self.key, name) {
            (Some(_), _) => self.chatbot_by_slug(name).await,
            (None, DEMO_SLUG) => {
                let request = self.request(reqwest::Method::GET, "/demo/config.json")?;
                Ok(self.json::<Demo>(request).await?.chatbot_id)
            }
            (None, _) => Err(Failure::new(format!("`{name}` can't be looked up without a key"))
                .cure("Pass --key (or AIHIO_API_KEY), or name the chatbot by its id.")),
        }
    }

    async fn chatbot_by_slug(&self, slug: &str) -> Result<ChatbotId, Failure> {
        let mut cursor = None;
        loop {
            let request = self.request(reqwest::Method::GET, &chatbots_page(cursor.as_deref()))?;
            let page: PageOf<Named> = self.json(request).await?;
            if let Some(found) = page.items.iter().find(|chatbot| chatbot.slug == slug) {
                return Ok(found.id);
            }
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Err(Failure::new(format!("there is no chatbot `{slug}` in this key's account"))
                    .cure("The dashboard shows each chatbot's slug and id."));
            }
        }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        Failure::new(format!("the server can't be reached at {}", self.base))
            .because(error)
            .cure("Start it with `aihio`, or name another address with --url.")
    }
}

fn chatbots_page(cursor: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", "100");
    if let Some(cursor) = cursor {
        query.append_pair("cursor", cursor);
    }
    format!("/v1/chatbots?{}", query.finish())
}

async fn refused(response: Response) -> Failure {
    let status = response.status();
    let path = response.url().path().to_owned();
    let problem: Problem = response.json().await.unwrap_or_default();
    let said = match (problem.detail, problem.title) {
        (Some(detail), _) => detail,
        (None, title) if !title.is_empty() => title,
        _ => status.to_string(),
    };
    let fields = problem.errors.iter().map(|error| format!("; {}: {}", error.field, error.message));
    let failure = Failure::new(said + &fields.collect::<String>()).at(path);
    match status {
        StatusCode::UNAUTHORIZED => failure.cure("Pass a valid key with --key or AIHIO_API_KEY."),
        StatusCode::FORBIDDEN => {
            failure.cure("Use a key that may do this; for `chat`, name an allowed --origin.")
        }
        StatusCode::TOO_MANY_REQUESTS => failure.cure("Wait a moment, then try again."),
        _ => failure,
    }
}
