//! An S3-compatible object store that somebody else wrote (moto), in a process of its own.

use reqwest::Method;

use super::Folder;
use super::attached::{Attached, Signal, free_port};
use super::program::Program;
use super::server::Plan;

/// The bucket that uploads go to.
pub const BUCKET: &str = "aihio-uploads";
/// The key to it.
pub const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
pub const REGION: &str = "eu-north-1";

/// A running store with one empty bucket.
#[derive(Debug)]
pub struct ObjectStore {
    store: Attached,
    http: reqwest::Client,
    _folder: Folder,
}

impl ObjectStore {
    /// Starts one; none where the machine has no Python.
    pub async fn start() -> Option<Self> {
        let python = Program::Python.find()?.display().to_string();
        let (folder, port) = (Folder::new(), free_port());
        let arguments = ["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()].map(str::to_owned);
        let program: Vec<&str> =
            [python.as_str()].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        let store = Attached::start(folder.path(), port, Signal::Terminate, &program);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client can be built");
        let store = Self { store, http, _folder: folder };
        let made = "<CreateBucketConfiguration><LocationConstraint>eu-north-1</LocationConstraint></CreateBucketConfiguration>";
        assert_eq!(store.asks(Method::PUT, "", made).await.0, 200);
        Some(store)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.store.port)
    }

    /// A server's settings with uploads in the bucket.
    pub fn keeps(&self, plan: Plan) -> Plan {
        plan.with("AIHIO__STORAGE__S3__ENDPOINT", self.url())
            .with("AIHIO__STORAGE__S3__BUCKET", BUCKET)
            .with("AIHIO__STORAGE__S3__REGION", REGION)
            .with("AIHIO__STORAGE__S3__ACCESS_KEY_ID", KEY_ID)
            .with("AIHIO__STORAGE__S3__SECRET_ACCESS_KEY", SECRET)
    }

    /// What the bucket lists: its objects' keys stand in it.
    pub async fn listed(&self) -> String {
        self.asks(Method::GET, "", "").await.1
    }

    /// What the bucket lists of files on their way in parts.
    pub async fn listed_parts(&self) -> String {
        self.asks(Method::GET, "?uploads", "").await.1
    }

    /// Asks the store without the server.
    pub async fn asks(&self, method: Method, path: &str, body: &'static str) -> (u16, String) {
        let request = self.http.request(method, format!("{}/{BUCKET}{path}", self.url())).body(body);
        let credential = format!("AWS4-HMAC-SHA256 Credential={KEY_ID}/20261122/{REGION}/s3/aws4_request");
        let answer = request.header("authorization", credential).send().await.expect("the store answers");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }
}
