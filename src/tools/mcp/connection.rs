//! A session with a server, begun when it is first needed and begun again when the server has forgotten it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aihio_actors::ports::ToolOutput;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::timeout;
use url::Url;

use super::message::{
    McpFault, McpTool, call_of, introduction, notification, output_of, request, tools_of, version_of,
    with_introduction,
};
use super::session::{Address, Session};
use crate::crawl::SafeHttp;

/// Pages of a list that are read.
const PAGES_MAX: usize = 20;
/// How long a farewell may take: nobody waits for it.
const FAREWELL: Duration = Duration::from_secs(5);

/// The way to a server.
pub(in crate::tools) struct Connection {
    address: Address,
    session: Mutex<Option<Arc<Session>>>,
    next_id: AtomicU64,
}

impl Connection {
    /// Nothing is sent yet.
    pub(in crate::tools) fn new(http: SafeHttp, url: Url, headers: HeaderMap) -> Self {
        let address = Address { http, url, headers };
        Self { address, session: Mutex::new(None), next_id: AtomicU64::new(1) }
    }

    /// The tools that the server has.
    ///
    /// # Errors
    /// When it doesn't say.
    pub(in crate::tools) async fn tools(&self) -> Result<Vec<McpTool>, McpFault> {
        let (mut tools, mut cursor) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let params = cursor.map_or_else(|| json!({}), |cursor: String| json!({ "cursor": cursor }));
            let (page, next) = tools_of(&self.ask("tools/list", &params).await?);
            tools.extend(page);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(tools)
    }

    /// Calls a tool.
    ///
    /// # Errors
    /// When there is no result; what the tool itself reports is one.
    pub(in crate::tools) async fn call(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
    ) -> Result<ToolOutput, McpFault> {
        let result = self.ask("tools/call", &call_of(tool, arguments)).await?;
        Ok(output_of(&result))
    }

    async fn ask(&self, method: &str, params: &Value) -> Result<Value, McpFault> {
        let session = self.session().await?;
        match self.ask_in(&session, method, params).await {
            // The request was not carried out: the server knew no session to do it in.
            Err(McpFault::SessionGone) => {
                self.forget(&session).await;
                let session = self.session().await?;
                self.ask_in(&session, method, params).await
            }
            outcome => outcome,
        }
    }

    async fn ask_in(&self, session: &Arc<Session>, method: &str, params: &Value) -> Result<Value, McpFault> {
        let id = self.id();
        let mut under_way = UnderWay { address: &self.address, session, id, answered: false };
        let said = if session.is_stateless() { with_introduction(params) } else { params.clone() };
        let answer = self.address.ask(&request(id, method, &said), id, Some(session)).await;
        under_way.answered = true;
        answer.map(|answer| answer.result)
    }

    /// The session, which is begun where there is none.
    async fn session(&self) -> Result<Arc<Session>, McpFault> {
        let mut held = self.session.lock().await;
        if let Some(session) = &*held {
            return Ok(Arc::clone(session));
        }
        let id = self.id();
        let session = match self.address.ask(&request(id, "initialize", &introduction()), id, None).await {
            Ok(answer) => Session { id: answer.session_id, version: version_of(&answer.result)? },
            Err(fault) if fault.refuses_handshake() => Session::stateless(),
            Err(fault) => return Err(fault),
        };
        let session = Arc::new(session);
        if !session.is_stateless() {
            self.address.tell(&notification("notifications/initialized", &json!({})), &session).await?;
        }
        *held = Some(Arc::clone(&session));
        Ok(session)
    }

    async fn forget(&self, gone: &Arc<Session>) {
        let mut held = self.session.lock().await;
        held.take_if(|session| Arc::ptr_eq(session, gone));
    }

    fn id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(session) = self.session.get_mut().take() else { return };
        let address = self.address.clone();
        in_background(async move { address.leave(&session).await });
    }
}

/// A request that is dropped before its answer: the server is told, since within a session a lost connection tells it
/// nothing.
struct UnderWay<'a> {
    address: &'a Address,
    session: &'a Arc<Session>,
    id: u64,
    answered: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if self.answered || self.session.is_stateless() {
            return;
        }
        let (address, session) = (self.address.clone(), Arc::clone(self.session));
        let message =
            notification("notifications/cancelled", &json!({"requestId": self.id, "reason": "stopped"}));
        in_background(async move {
            if let Err(fault) = address.tell(&message, &session).await {
                tracing::debug!(%fault, "a server of tools could not be told to stop");
            }
        });
    }
}

/// Goes on without anybody waiting. At the very end of the process it doesn't, which is no harm: sessions end by themselves.
fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async move {
            let _ = timeout(FAREWELL, work).await;
        });
    }
}

#[cfg(test)]
mod tests;
