//! A website of as many pages as a test wants, on loopback. It knows its pages' versions, and counts who asks for what.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpStream;
use tokio::sync::watch;

use super::server::Plan;
use super::stub::{Request, Stub, respond};

/// What lies at an address.
#[derive(Debug, Clone)]
pub struct Answer {
    status: &'static str,
    headers: String,
    body: String,
}

impl Answer {
    /// A page of HTML.
    pub fn page(title: &str, body: &str) -> Self {
        let html = format!(
            "<!doctype html><html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
        );
        Self::of("text/html; charset=utf-8", html)
    }

    /// Something of that type.
    pub fn of(content_type: &str, body: impl Into<String>) -> Self {
        Self { status: "200 OK", headers: format!("content-type: {content_type}\r\n"), body: body.into() }
    }

    /// Nothing, with that status.
    pub fn status(status: &'static str) -> Self {
        Self { status, headers: String::new(), body: String::new() }
    }

    /// A redirect to an address.
    pub fn moved(to: &str) -> Self {
        Self { status: "302 Found", headers: format!("location: {to}\r\n"), body: String::new() }
    }
}

type Pages = Arc<Mutex<BTreeMap<String, Answer>>>;

/// The site.
#[derive(Debug)]
pub struct Shop {
    stub: Stub,
    pages: Pages,
    asked: Arc<Mutex<Vec<String>>>,
    held: watch::Sender<usize>,
}

impl Shop {
    /// One with these pages by path; all else is missing.
    pub async fn with(pages: impl IntoIterator<Item = (String, Answer)>) -> Self {
        let pages: Pages = Arc::new(Mutex::new(pages.into_iter().collect()));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (log, shown) = (Arc::clone(&asked), Arc::clone(&pages));
        let (held, holding) = watch::channel(usize::MAX);
        let stub = Stub::serve(move |request, stream| {
            let number = {
                let mut log = lock(&log);
                log.push(request.path.clone());
                log.len()
            };
            let (pages, mut holding) = (Arc::clone(&shown), holding.clone());
            async move {
                let _ = holding.wait_for(|answers| number <= *answers).await;
                show(&pages, request, stream).await;
            }
        })
        .await;
        Self { stub, pages, asked, held }
    }

    /// One with so many articles beside its front page, which leads to all of them.
    pub async fn of_articles(count: usize) -> Self {
        let links: String =
            (1..=count).map(|n| format!("<p><a href='/article/{n}'>Article {n}</a></p>")).collect();
        let articles = (1..=count).map(|n| (format!("/article/{n}"), article(n)));
        let front = Answer::page("Shop", &format!("<p>Welcome to the shop of pumps.</p>{links}"));
        Self::with(articles.chain([("/".to_owned(), front)])).await
    }

    /// Puts something at a path, or something else than before.
    pub fn serves(&self, path: &str, answer: Answer) {
        lock(&self.pages).insert(path.to_owned(), answer);
    }

    /// Answers so many requests, counted from the first, and lets the others wait.
    pub fn answers(&self, requests: usize) {
        self.held.send_replace(requests);
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.stub.address()
    }

    /// The full address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.asked).clone()
    }

    /// How often a path was asked for.
    pub fn asked_for(&self, path: &str) -> usize {
        lock(&self.asked).iter().filter(|asked| *asked == path).count()
    }

    /// A server that may read this site, and quickly.
    pub fn open_to(&self, plan: Plan) -> Plan {
        plan.with("AIHIO__CRAWLER__ALLOW_PRIVATE", self.address()).with("AIHIO__CRAWLER__HOST_DELAY_MS", "0")
    }
}

/// An article with a word of its own.
pub fn article(number: usize) -> Answer {
    let text =
        format!("The pump of kind k{number}k must be oiled every {number} days, and never in the rain. ");
    Answer::page(&format!("Article {number}"), &format!("<p>{}</p><p><a href=/>Home</a></p>", text.repeat(8)))
}

async fn show(pages: &Pages, request: Request, mut stream: TcpStream) {
    let found = lock(pages).get(request.path.as_str()).cloned();
    let Some(Answer { status, headers, body }) = found else {
        return respond(&mut stream, "404 Not Found", "", "").await;
    };
    let tag = format!(
        "\"{:x}\"",
        body.bytes().fold(7_u64, |tag, byte| tag.wrapping_mul(31).wrapping_add(byte.into()))
    );
    let known = request
        .head
        .lines()
        .any(|line| line.to_ascii_lowercase().starts_with("if-none-match:") && line.contains(&tag));
    if known {
        respond(&mut stream, "304 Not Modified", "", "").await;
    } else {
        respond(&mut stream, status, &format!("{headers}etag: {tag}\r\n"), &body).await;
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}
