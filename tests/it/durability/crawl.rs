//! The process is killed in the middle of a site.

use serde_json::json;

use crate::support::patience::until;
use crate::support::postgres;
use crate::support::server::{Plan, Server};
use crate::support::shop::Shop;

const ARTICLES: usize = 40;
/// Requests that are answered before the kill, robots.txt and the sitemap's place among them.
const ANSWERED: usize = ARTICLES / 2;
/// Pages that are at work at once.
const AT_ONCE: usize = 4;

#[tokio::test]
async fn on_sqlite_a_site_goes_on_after_a_kill() {
    goes_on_after_a_kill(Server::plan()).await;
}

#[tokio::test]
async fn on_postgresql_a_site_goes_on_after_a_kill() {
    goes_on_after_a_kill(Server::plan().with("AIHIO__DATABASE__URL", postgres::empty().await)).await;
}

async fn goes_on_after_a_kill(plan: Plan) {
    let shop = Shop::of_articles(ARTICLES).await;
    shop.answers(ANSWERED);
    let mut server = shop.open_to(plan).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.adds(&chatbot, json!({ "kind": "site", "url": shop.url("/") })).await;
    // All that was answered is written down once everybody who may be at work waits for an answer.
    until("half of it is read", async || (shop.asked().len() >= ANSWERED + AT_ONCE).then_some(())).await;
    server.kill();
    shop.answers(usize::MAX);

    server.restart().await;
    let owner = server.owner().await;
    // On PostgreSQL the dead process's claim must run out first.
    let job = until("the end of the job", async || {
        let job = owner.get(&format!("/v1/jobs/{}", source["job_id"].as_str().unwrap())).await.expect(200);
        (job["state"] == "succeeded").then_some(job)
    })
    .await;
    assert_eq!(
        (&job["pages"]["found"], &job["pages"]["read"]),
        (&json!(ARTICLES + 1), &json!(ARTICLES + 1)),
        "{job}"
    );
    let twice = (1..=ARTICLES).filter(|n| shop.asked_for(&format!("/article/{n}")) > 1).count();
    assert!(twice <= AT_ONCE, "only what was at work is asked for again, and not {twice} pages");

    let whole = owner.chatbot("Undisturbed").await;
    let undisturbed = owner.adds(&whole, json!({ "kind": "site", "url": shop.url("/") })).await;
    owner.job_of(&undisturbed).await;
    let of = async |source: &serde_json::Value| {
        let source = owner.get(&format!("/v1/sources/{}", source["id"].as_str().unwrap())).await.expect(200);
        (source["chunks"].clone(), source["bytes"].clone())
    };
    assert_eq!(of(&source).await, of(&undisturbed).await, "no passage is there twice, and none is missing");
    for n in [1, ARTICLES / 2, ARTICLES] {
        let query = json!({ "query": format!("k{n}k"), "limit": 20 });
        let mut found = Vec::new();
        for chatbot in [&chatbot, &whole] {
            let answer =
                owner.post(&format!("/v1/chatbots/{chatbot}/search"), query.clone()).await.expect(200);
            found.push(answer["items"].as_array().unwrap().len());
        }
        assert_eq!(found[0], found[1], "article {n}");
    }
}
