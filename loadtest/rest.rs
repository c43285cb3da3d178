//! The REST interface of a server under load, as far as a run needs it.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use crate::wire::Place;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server's REST interface, with or without somebody signed in.
#[derive(Clone)]
pub(crate) struct Rest {
    http: Client,
    base: String,
    token: Option<String>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobState {
    #[serde(rename = "succeeded")]
    Done,
    #[serde(alias = "cancelled")]
    Failed,
    #[serde(other)]
    UnderWay,
}

/// Why a call came to nothing.
#[derive(Debug, Error)]
pub(crate) enum RestError {
    /// Without the address, whose query may tell more than it should.
    #[error("{method} {path}: {source}")]
    Network { method: Method, path: String, source: reqwest::Error },
    #[error("{method} {path}: HTTP {status}")]
    Status { method: Method, path: String, status: u16 },
    #[error("no client: {0}")]
    Client(reqwest::Error),
    #[error("the server could not read {name}")]
    Unread { name: String },
}

impl RestError {
    /// What to count it as.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Network { source, .. } if source.is_timeout() => String::from("timed out"),
            Self::Network { .. } | Self::Client(_) => String::from("no response"),
            Self::Status { path, status, .. } => format!("HTTP {status} from {path}"),
            Self::Unread { .. } => String::from("unread"),
        }
    }
}

impl Rest {
    /// The interface below `base`; nobody is signed in.
    ///
    /// # Errors
    /// When the client can't be made.
    pub(crate) fn new(base: &str) -> Result<Self, RestError> {
        // Installed already when it fails, which is as good.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Client::builder().timeout(PATIENCE).no_proxy().build().map_err(RestError::Client)?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// The server's address.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The same with a bearer token.
    pub(crate) fn with_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// The same, signed in with the built-in login.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn signed_in(self, email: &str, password: &str) -> Result<Self, RestError> {
        #[derive(Deserialize)]
        struct Login {
            access_token: String,
        }
        let body = json!({ "email": email, "password": password });
        let login: Login = self.send(Method::POST, "/v1/auth/login", Some(body)).await?;
        Ok(self.with_token(login.access_token))
    }

    /// Makes a chatbot that answers with what it is asked; gives its id.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn echo_chatbot(&self, name: &str) -> Result<String, RestError> {
        #[derive(Deserialize)]
        struct Made {
            id: String,
        }
        let made: Made = self.send(Method::POST, "/v1/chatbots", Some(json!({ "name": name }))).await?;
        let echo = json!({ "answerer": { "kind": "echo" } });
        let path = format!("/v1/chatbots/{}", made.id);
        self.send::<Value>(Method::PATCH, &path, Some(echo)).await?;
        Ok(made.id)
    }

    /// Begins a session with a chatbot.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn session(&self, chatbot: &str) -> Result<Place, RestError> {
        #[derive(Deserialize)]
        struct Made {
            session_id: String,
            token: String,
        }
        let path = format!("/v1/chatbots/{chatbot}/sessions");
        let made: Made = self.send(Method::POST, &path, Some(json!({ "locale": "en" }))).await?;
        Ok(Place { session_id: made.session_id, token: made.token, epoch: String::new() })
    }

    /// Uploads a Markdown text and has a chatbot read it; gives the job's id.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn give_to_read(
        &self,
        chatbot: &str,
        name: &str,
        text: String,
    ) -> Result<String, RestError> {
        #[derive(Deserialize)]
        struct Announced {
            upload_id: String,
            url: String,
            headers: HashMap<String, String>,
        }
        #[derive(Deserialize)]
        struct Made {
            job_id: String,
        }
        let path = format!("/v1/chatbots/{chatbot}/uploads");
        let file = json!({ "filename": name, "content_type": "text/markdown", "size": text.len() });
        let announced: Announced = self.send(Method::POST, &path, Some(file)).await?;
        let upload = self.http.put(announced.url).body(text);
        let upload =
            announced.headers.iter().fold(upload, |upload, (name, value)| upload.header(name, value));
        answered(upload, &Method::PUT, "the upload's address").await?;
        let source = json!({ "kind": "file", "upload_id": announced.upload_id });
        let path = format!("/v1/chatbots/{chatbot}/sources");
        Ok(self.send::<Made>(Method::POST, &path, Some(source)).await?.job_id)
    }

    /// How far a job is.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn job(&self, id: &str) -> Result<JobState, RestError> {
        #[derive(Deserialize)]
        struct Job {
            state: JobState,
        }
        Ok(self.send::<Job>(Method::GET, &format!("/v1/jobs/{id}"), None).await?.state)
    }

    /// Reads a page and throws it away.
    ///
    /// # Errors
    /// When the server refuses, or the response is cut short.
    pub(crate) async fn read(&self, path: &str) -> Result<(), RestError> {
        let response = self.request(Method::GET, path, None).await?;
        let network = |source| RestError::Network { method: Method::GET, path: path.to_owned(), source };
        response.bytes().await.map(drop).map_err(network)
    }

    async fn send<T: for<'de> Deserialize<'de>>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, RestError> {
        let response = self.request(method.clone(), path, body).await?;
        let network = |source| RestError::Network { method, path: path.to_owned(), source };
        response.json().await.map_err(network)
    }

    async fn request(&self, method: Method, path: &str, body: Option<Value>) -> Result<Response, RestError> {
        let mut request: RequestBuilder = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        answered(request, &method, path).await
    }
}

/// The response, unless it tells of a failure.
async fn answered(request: RequestBuilder, method: &Method, path: &str) -> Result<Response, RestError> {
    let (method, path) = (method.clone(), path.to_owned());
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(response),
        Ok(response) => Err(RestError::Status { method, path, status: response.status().as_u16() }),
        Err(source) => Err(RestError::Network { method, path, source: source.without_url() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_goes_on_until_its_state_says_otherwise() {
        let read = |state: &str| serde_json::from_value::<JobState>(state.into()).unwrap();
        assert_eq!(read("succeeded"), JobState::Done);
        assert_eq!((read("failed"), read("cancelled")), (JobState::Failed, JobState::Failed));
        assert_eq!((read("queued"), read("indexing")), (JobState::UnderWay, JobState::UnderWay));
    }
}
