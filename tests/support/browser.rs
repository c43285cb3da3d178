//! A headless Chromium, led through the Chrome DevTools Protocol.

use std::process::{Child, Stdio};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_websockets::{ClientBuilder, MaybeTlsStream, Message, WebSocketStream};

use super::Folder;
use super::patience::{until, within};
use super::program::{Program, mortal};
use super::server::Log;

/// The flags keep it from calling home and from sharing anything with another run.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
];

/// One browser with one page.
#[derive(Debug)]
pub struct Browser {
    process: Child,
    log: Log,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    session: String,
    commands: u64,
    /// Everything the page complained about: failed loads, exceptions, errors on the console.
    pub complaints: Vec<Value>,
    _profile: Folder,
}

impl Browser {
    /// Starts one with an empty profile; none where the machine has no Chromium.
    pub async fn start() -> Option<Self> {
        let profile = Folder::new();
        let mut command = mortal(&Program::Chromium.find()?);
        command.args(FLAGS).arg(format!("--user-data-dir={}", profile.path().display())).arg("about:blank");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("Chromium can be started");
        let log = Log::default();
        log.follow(process.stderr.take().expect("it is piped"));
        let address = until("Chromium's DevTools", async || devtools_address(&log.read())).await;
        let connected = ClientBuilder::new().uri(&address).expect("an address").connect().await;
        let (socket, _) = connected.expect("DevTools accept connections");
        let (session, commands, complaints) = (String::new(), 0, Vec::new());
        let mut browser = Self { process, log, socket, session, commands, complaints, _profile: profile };
        browser.attach().await;
        Some(browser)
    }

    /// Opens an address and waits until it has loaded.
    pub async fn opens(&mut self, url: &str) {
        let opened = self.does("Page.navigate", json!({ "url": url })).await;
        assert!(opened["errorText"].is_null(), "{url}: {opened}");
        self.shows("location.href !== 'about:blank' && document.readyState === 'complete'").await;
    }

    /// Loads the page anew.
    pub async fn reloads(&mut self) {
        self.evaluates("(window.beforeReload = true)").await;
        self.does("Page.reload", json!({})).await;
        self.shows("!window.beforeReload && document.readyState === 'complete'").await;
    }

    /// Waits until an expression of the page is true, and gives its value.
    pub async fn shows(&mut self, expression: &str) -> Value {
        until(expression, async || {
            let value = self.evaluates(expression).await;
            let truthy =
                !matches!(value, Value::Null | Value::Bool(false)) && value != json!("") && value != json!(0);
            truthy.then_some(value)
        })
        .await
    }

    /// The value of an expression of the page; null while it throws, as it may while the page is loading.
    pub async fn evaluates(&mut self, expression: &str) -> Value {
        // An element has no value of its own; that it is there is what counts.
        let expression = format!("((value) => value instanceof Node ? true : value)({expression})");
        let how = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        self.does("Runtime.evaluate", how).await["result"]["value"].clone()
    }

    /// Types a text and presses Enter, where the focus is.
    pub async fn types(&mut self, text: &str) {
        self.does("Input.insertText", json!({ "text": text })).await;
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { "\r" } else { "" };
            let key = json!({ "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": text });
            self.does("Input.dispatchKeyEvent", key).await;
        }
    }

    /// Calls a method of the protocol and gives its result.
    pub async fn does(&mut self, method: &str, parameters: Value) -> Value {
        self.commands += 1;
        let mut command = json!({ "id": self.commands, "method": method, "params": parameters });
        if !self.session.is_empty() {
            command["sessionId"] = self.session.clone().into();
        }
        self.socket.send(Message::text(command.to_string())).await.expect("DevTools take commands");
        loop {
            let event = self.hears().await;
            if event["id"] == self.commands {
                assert!(event["error"].is_null(), "{method}: {event}");
                return event["result"].clone();
            }
        }
    }

    async fn attach(&mut self) {
        let targets = self.does("Target.getTargets", json!({})).await;
        let pages = targets["targetInfos"].as_array().expect("targets");
        let page = pages.iter().find(|target| target["type"] == "page").expect("a page")["targetId"].clone();
        let attached = self.does("Target.attachToTarget", json!({ "targetId": page, "flatten": true })).await;
        self.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            self.does(&format!("{domain}.enable"), json!({})).await;
        }
    }

    async fn hears(&mut self) -> Value {
        let message =
            within("DevTools", self.socket.next()).await.expect("DevTools are open").expect("a message");
        let event: Value = serde_json::from_str(message.as_text().expect("text")).expect("JSON");
        // Pages ask who is signed in, and the answer "nobody" is a failed load to the browser.
        let unauthorised = event["params"]["entry"]["text"].as_str().is_some_and(|text| text.contains("401"));
        let complains = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => event["params"]["entry"]["level"] == "error" && !unauthorised,
            Some("Runtime.consoleAPICalled") => event["params"]["type"] == "error",
            _ => false,
        };
        if complains {
            self.complaints.push(event["params"].clone());
        }
        event
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("--- what Chromium printed ---\n{}--- its end ---", self.log.read());
        }
    }
}

fn devtools_address(printed: &str) -> Option<String> {
    let place = printed.find("DevTools listening on ")?;
    printed[place..].lines().next()?.split(' ').next_back().map(str::to_owned)
}
