//! The REST API as a program uses it, and the few steps that many tests begin with.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::patience::until;

/// Somebody who talks to the REST API, signed in or not.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    bearer: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    asked: String,
}

impl Answer {
    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON from {self}"))
    }

    /// The body, after checking the status.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self}");
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The body as a problem (RFC 9457), after checking that it is a whole one.
    pub fn problem(self, status: u16) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self}");
        let problem = self.expect(status);
        for member in ["type", "title", "detail", "code", "request_id"] {
            assert!(problem[member].is_string(), "`{member}` is missing in {problem}");
        }
        assert_eq!(problem["status"], status, "{problem}");
        problem
    }

    /// A header, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} → {} {}", self.asked, self.status, self.text)
    }
}

impl Api {
    /// Talks to the server at `base`.
    pub fn new(base: String) -> Self {
        // The client is built without a TLS provider of its own; a second installation is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client can be built");
        Self { http, base, bearer: None }
    }

    /// The same server with another bearer token.
    pub fn bearing(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.clone() }
    }

    /// The token that is presented.
    pub fn token(&self) -> &str {
        self.bearer.as_deref().unwrap_or_default()
    }

    /// Signs in.
    pub async fn signed_in(&self, email: &str, password: &str) -> Self {
        let body = json!({ "email": email, "password": password });
        let login = self.post("/v1/auth/login", body).await.expect(200);
        self.bearing(login["access_token"].as_str().expect("an access token"))
    }

    /// Registers somebody with an account of their own, and signs them in.
    pub async fn registered(&self, email: &str) -> Self {
        let password = "another sentence nobody guesses";
        let body = json!({ "name": "Somebody else", "email": email, "password": password });
        let answer = self.post("/v1/auth/register", body).await;
        assert!(matches!(answer.status, 200 | 201), "{answer}");
        self.signed_in(email, password).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let request = self.http.request(method, url);
        match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request, which must be answered.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap_or_else(|error| panic!("no answer: {error:?}"))
    }

    /// Sends a request that may go unanswered.
    pub async fn ask(&self, method: &str, path: &str) -> Option<Answer> {
        let method = method.parse().expect("a method");
        self.try_send(self.request(method, path)).await.ok()
    }

    async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let request = request.build()?;
        let asked = format!("{} {}", request.method(), request.url());
        let response = self.http.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await?, asked })
    }

    /// Makes a chatbot and gives its id.
    pub async fn chatbot(&self, name: &str) -> String {
        let made = self.post("/v1/chatbots", json!({ "name": name })).await.expect(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a chatbot that says everything back.
    pub async fn echo_chatbot(&self) -> String {
        let chatbot = self.chatbot("Echo").await;
        self.change(&chatbot, json!({ "answerer": { "kind": "echo" } })).await;
        chatbot
    }

    /// Makes a chatbot that a configured model answers for. It has read what colour the pump is.
    pub async fn model_chatbot(&self, provider: &str) -> String {
        let chatbot = self.chatbot("Model").await;
        self.reads(&chatbot, "The pump", "The colour of the pump is blue.").await;
        self.change(&chatbot, json!({ "answerer": { "kind": "llm", "provider": provider } })).await;
        chatbot
    }

    /// Changes a chatbot.
    pub async fn change(&self, chatbot: &str, config: Value) -> Value {
        self.patch(&format!("/v1/chatbots/{chatbot}"), config).await.expect(200)
    }

    /// Gives a chatbot a text to read and waits until it has.
    pub async fn reads(&self, chatbot: &str, title: &str, text: &str) -> Value {
        let source = self.adds(chatbot, json!({ "kind": "text", "title": title, "text": text })).await;
        let job = self.job_of(&source).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        source
    }

    /// Adds a source.
    pub async fn adds(&self, chatbot: &str, source: Value) -> Value {
        self.post(&format!("/v1/chatbots/{chatbot}/sources"), source).await.expect(202)
    }

    /// Uploads a file as its signed address asks, adds it as a source and waits for the end of its job.
    pub async fn uploads(&self, chatbot: &str, filename: &str, content_type: &str, bytes: &[u8]) -> Value {
        let asked = json!({ "filename": filename, "content_type": content_type, "size": bytes.len() });
        let upload = self.post(&format!("/v1/chatbots/{chatbot}/uploads"), asked).await.expect(201);
        let stored = self.send(self.signed(&upload).body(bytes.to_vec())).await;
        assert!((200..300).contains(&stored.status), "{stored}");
        let source = self.adds(chatbot, json!({ "kind": "file", "upload_id": upload["upload_id"] })).await;
        self.job_of(&source).await
    }

    /// The request that an upload's signed address asks for, without this API's own credentials.
    pub fn signed(&self, upload: &Value) -> reqwest::RequestBuilder {
        let method = upload["method"].as_str().expect("a method").parse().expect("a known one");
        let url = upload["url"].as_str().expect("a url");
        let headers = upload["headers"].as_object().cloned().unwrap_or_default();
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value.as_str().unwrap_or_default());
                (name.parse::<HeaderName>().expect("a name"), value.expect("a value"))
            })
            .collect();
        Self { bearer: None, ..self.clone() }.request(method, url).headers(headers)
    }

    /// The end of the job that a source's answer names.
    pub async fn job_of(&self, source: &Value) -> Value {
        let job = source["job_id"].as_str().unwrap_or_else(|| panic!("no `job_id` in {source}"));
        self.ended(job).await
    }

    /// A job, once it has ended.
    pub async fn ended(&self, job: &str) -> Value {
        let path = format!("/v1/jobs/{job}");
        let ended = async || {
            let job = self.get(&path).await.expect(200);
            let state = job["state"].as_str().expect("a state").to_owned();
            matches!(state.as_str(), "succeeded" | "failed" | "cancelled").then_some(job)
        };
        until("the end of a job", ended).await
    }

    /// Opens a session beforehand and gives its id and token.
    pub async fn session(&self, chatbot: &str) -> (String, String) {
        let opened = self.post(&format!("/v1/chatbots/{chatbot}/sessions"), json!({})).await.expect(201);
        let text =
            |name: &str| opened[name].as_str().unwrap_or_else(|| panic!("{name} in {opened}")).to_owned();
        (text("session_id"), text("token"))
    }

    /// Asks over HTTP and gives the whole answer.
    pub async fn asks(&self, chatbot: &str, text: &str) -> Value {
        self.post(&format!("/v1/chatbots/{chatbot}/messages"), json!({ "text": text })).await.expect(200)
    }

    /// Everything said in a session, in order.
    pub async fn history(&self, session: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/sessions/{session}/messages?limit=100{cursor}");
            let mut page = self.get(&path).await.expect(200);
            items.append(page["items"].as_array_mut().expect("items"));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}
