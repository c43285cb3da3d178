//! A small website on loopback.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpStream;
use tokio::sync::watch;

use super::stub::{Request, Stub, respond};

/// What lies at an address.
#[derive(Debug, Clone)]
pub enum Page {
    /// A page of HTML with this title and body.
    Html(&'static str, &'static str),
    /// A redirect to an address.
    Moved(String),
}

/// The site. It counts who asks for what.
#[derive(Debug)]
pub struct Site {
    stub: Stub,
    asked: Arc<Mutex<Vec<String>>>,
    held: watch::Sender<bool>,
}

impl Site {
    /// One with these pages by path; all else is missing.
    pub async fn with(pages: impl IntoIterator<Item = (&'static str, Page)>) -> Self {
        let pages: Arc<BTreeMap<&'static str, Page>> = Arc::new(pages.into_iter().collect());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&asked);
        let (held, holding) = watch::channel(false);
        let stub = Stub::serve(move |request, stream| {
            log.lock().unwrap_or_else(PoisonError::into_inner).push(request.path.clone());
            let (pages, mut holding) = (Arc::clone(&pages), holding.clone());
            async move {
                let _ = holding.wait_for(|held| !held).await;
                show(pages, request, stream).await;
            }
        })
        .await;
        Self { stub, asked, held }
    }

    /// Answers nobody for now.
    pub fn holds(&self) {
        self.held.send_replace(true);
    }

    /// Answers again.
    pub fn lets_go(&self) {
        self.held.send_replace(false);
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
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn show(pages: Arc<BTreeMap<&'static str, Page>>, request: Request, mut stream: TcpStream) {
    match pages.get(request.path.as_str()) {
        Some(Page::Html(title, body)) => {
            let page = format!(
                "<!doctype html><html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>{body}</main></body></html>"
            );
            respond(&mut stream, "200 OK", "content-type: text/html; charset=utf-8\r\n", &page).await;
        }
        Some(Page::Moved(target)) => {
            respond(&mut stream, "302 Found", &format!("location: {target}\r\n"), "").await;
        }
        None => respond(&mut stream, "404 Not Found", "", "").await,
    }
}
