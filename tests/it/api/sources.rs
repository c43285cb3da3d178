//! `/v1/chatbots/{id}/sources`, `/v1/sources` and the retrieval bench.

use serde_json::json;

use crate::support::server::Server;
use crate::support::site::{Page, Site};

#[tokio::test]
async fn a_text_is_read_and_found() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    owner.reads(&chatbot, "Pumps", "The pump must be oiled every spring.").await;
    let listed = owner.get(&format!("/v1/chatbots/{chatbot}/sources")).await.expect(200);
    assert_eq!(listed["items"][0]["title"], "Pumps", "{listed}");
    let found = owner
        .post(&format!("/v1/chatbots/{chatbot}/search"), json!({ "query": "When to oil the pump?" }))
        .await;
    let found = found.expect(200);
    let first = &found["items"][0];
    assert!(first["text"].as_str().unwrap().contains("every spring"), "{found}");
    assert!(first["chunk_id"].is_string() && first["source_id"].is_string(), "{found}");
    assert!(first["score"].is_number() && first["scores"].is_object(), "{found}");
}

#[tokio::test]
async fn a_page_of_a_site_is_read() {
    let site =
        Site::with([("/care", Page::Html("Care", "<p>The pump must be oiled every spring.</p>"))]).await;
    let server = Server::plan().with("AIHIO__CRAWLER__ALLOW_PRIVATE", site.address()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.adds(&chatbot, json!({ "kind": "url", "url": site.url("/care") })).await;
    let job = owner.job_of(&source).await;
    assert_eq!(
        (&job["state"], &job["progress"], &job["error"]),
        (&json!("succeeded"), &json!(1.0), &json!(null)),
        "{job}"
    );
    let answer = owner.asks(&chatbot, "When must the pump be oiled?").await;
    let citation = &answer["message"]["citations"][0];
    assert_eq!(citation["url"], site.url("/care"), "{answer}");
}

#[tokio::test]
async fn a_redirect_on_the_same_site_is_followed() {
    let site = Site::with([
        ("/old", Page::Moved("/new".to_owned())),
        ("/new", Page::Html("New", "<p>The pump must be oiled every spring.</p>")),
    ])
    .await;
    let server = Server::plan().with("AIHIO__CRAWLER__ALLOW_PRIVATE", site.address()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.adds(&chatbot, json!({ "kind": "url", "url": site.url("/old") })).await;
    assert_eq!(owner.job_of(&source).await["state"], "succeeded");
}

#[tokio::test]
async fn a_private_address_is_never_connected_to() {
    let site = Site::with([("/", Page::Html("Inside", "<p>Nobody outside may read this.</p>"))]).await;
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let port = site.address().rsplit(':').next().unwrap().to_owned();
    let hosts =
        ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"];
    for host in hosts {
        let asked = json!({ "kind": "url", "url": format!("http://{host}:{port}/") });
        let added = owner.post(&format!("/v1/chatbots/{chatbot}/sources"), asked).await;
        if added.status == 422 {
            continue;
        }
        let job = owner.job_of(&added.expect(202)).await;
        assert_eq!(
            (&job["state"], &job["error"]["code"]),
            (&json!("failed"), &json!("address_refused")),
            "{host}: {job}"
        );
    }
    assert_eq!(site.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_redirect_to_a_private_address_is_not_followed() {
    let inside =
        Site::with([("/secret", Page::Html("Inside", "<p>Nobody outside may read this.</p>"))]).await;
    let outside = Site::with([("/", Page::Moved(inside.url("/secret")))]).await;
    let server = Server::plan().with("AIHIO__CRAWLER__ALLOW_PRIVATE", outside.address()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.adds(&chatbot, json!({ "kind": "url", "url": outside.url("/") })).await;
    let job = owner.job_of(&source).await;
    assert_eq!(
        (&job["state"], &job["error"]["code"]),
        (&json!("failed"), &json!("address_refused")),
        "{job}"
    );
    assert_eq!(inside.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_source_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let wrong = [
        json!({}),
        json!({ "kind": "telepathy" }),
        json!({ "kind": "url", "url": "file:///etc/passwd" }),
        json!({ "kind": "url", "url": "not an address" }),
        json!({ "kind": "text", "title": "No text" }),
        json!({ "kind": "file", "upload_id": uuid::Uuid::now_v7() }),
    ];
    for source in wrong {
        let answer = owner.post(&format!("/v1/chatbots/{chatbot}/sources"), source.clone()).await;
        assert!(matches!(answer.status, 404 | 422), "{source}: {answer}");
        let status = answer.status;
        answer.problem(status);
    }
}

#[tokio::test]
async fn a_source_can_be_read_again() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.reads(&chatbot, "Pumps", "The pump must be oiled every spring.").await;
    let id = source["id"].as_str().unwrap();
    let again = owner.post(&format!("/v1/sources/{id}/sync"), json!({})).await.expect(202);
    assert_ne!(again["job_id"], source["job_id"]);
    assert_eq!(owner.job_of(&again).await["state"], "succeeded");
    let found = owner
        .post(&format!("/v1/chatbots/{chatbot}/search"), json!({ "query": "oil the pump" }))
        .await
        .expect(200);
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "one version is known, not two: {found}");
}
