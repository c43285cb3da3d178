//! Jobs that run when the process is told to stop.

use serde_json::json;

use super::patient;
use crate::support::patience::until;
use crate::support::postgres;
use crate::support::server::Server;
use crate::support::site::{Page, Site};

#[tokio::test]
async fn a_job_goes_on_in_another_process() {
    let site = Site::with([("/", Page::Html("The pump", "<p>The colour of the pump is blue.</p>"))]).await;
    site.holds();
    let database = postgres::empty().await;
    let plan = || {
        patient(Server::plan())
            .with("AIHIO__DATABASE__URL", database.clone())
            .with("AIHIO__CRAWLER__ALLOW_PRIVATE", site.address())
    };
    let mut first = plan().start().await;
    let chatbot = first.owner().await.chatbot("Reader").await;
    let source = first.owner().await.adds(&chatbot, json!({ "kind": "url", "url": site.url("/") })).await;
    until("something is asked for", async || (!site.asked().is_empty()).then_some(())).await;
    assert!(first.stop().await.success());

    let second = plan().start().await;
    site.lets_go();
    let job = second.owner().await.job_of(&source).await;
    assert_eq!(job["state"], "succeeded", "{job}");
}
