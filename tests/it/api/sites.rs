//! Sites and sitemaps as sources: `/v1/sources/{id}/pages`, pause and resume, and what leads inside.

use serde_json::{Value, json};

use crate::support::api::Api;
use crate::support::patience::until;
use crate::support::server::Server;
use crate::support::shop::{Answer, Shop, article};

/// A new source over a site, with its address.
async fn adds_site(owner: &Api, chatbot: &str, shop: &Shop, more: Value) -> Value {
    let mut source = json!({ "kind": "site", "url": shop.url("/") });
    source.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    owner.adds(chatbot, source).await
}

fn id_of(source: &Value) -> &str {
    source["id"].as_str().unwrap()
}

async fn pages(owner: &Api, source: &Value, query: &str) -> Vec<Value> {
    let listed =
        owner.get(&format!("/v1/sources/{}/pages?limit=200{query}", id_of(source))).await.expect(200);
    listed["items"].as_array().unwrap().clone()
}

async fn page_at(owner: &Api, source: &Value, url: &str) -> Value {
    let pages = pages(owner, source, "").await;
    pages.into_iter().find(|page| page["url"] == url).unwrap_or_else(|| panic!("no page {url}"))
}

async fn syncs(owner: &Api, source: &Value) -> Value {
    let again = owner.post(&format!("/v1/sources/{}/sync", id_of(source)), json!({})).await.expect(202);
    owner.job_of(&again).await
}

async fn finds(owner: &Api, chatbot: &str, query: &str) -> Vec<String> {
    let found =
        owner.post(&format!("/v1/chatbots/{chatbot}/search"), json!({ "query": query })).await.expect(200);
    found["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the word is in what is found first.
async fn finds_soon(owner: &Api, chatbot: &str, word: &str) {
    let found = async || {
        finds(owner, chatbot, word).await.first().is_some_and(|text| text.contains(word)).then_some(())
    };
    until("what was read is found", found).await;
}

#[tokio::test]
async fn a_site_is_read_and_its_pages_are_listed() {
    let shop = Shop::of_articles(6).await;
    shop.serves("/article/6", Answer::status("500 Internal Server Error"));
    shop.serves("/article/5", Answer::of("image/gif", "GIF89a,,,,,,,,,,,,"));
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({})).await;
    assert_eq!((&source["kind"], &source["url"]), (&json!("site"), &json!(shop.url("/"))));
    let job = owner.job_of(&source).await;
    assert_eq!((&job["state"], &job["progress"]), (&json!("succeeded"), &json!(1.0)), "{job}");
    let counts = &job["pages"];
    assert_eq!(
        (&counts["found"], &counts["settled"], &counts["read"]),
        (&json!(7), &json!(7), &json!(5)),
        "{job}"
    );
    assert_eq!((&counts["failed"], &counts["skipped"]), (&json!(1), &json!(1)), "{job}");

    let failed = pages(&owner, &source, "&state=failed").await;
    assert_eq!((failed.len(), &failed[0]["error"]["code"]), (1, &json!("page_status")), "{failed:?}");
    let read = pages(&owner, &source, "&state=read").await;
    assert_eq!(read.len(), 5);
    assert!(read.iter().all(|page| page["chunks"].as_u64() > Some(0) && page["title"].is_string()));
    let first = owner.get(&format!("/v1/sources/{}/pages?limit=4", id_of(&source))).await.expect(200);
    let next = first["next_cursor"].as_str().unwrap();
    let second =
        owner.get(&format!("/v1/sources/{}/pages?limit=4&cursor={next}", id_of(&source))).await.expect(200);
    assert_eq!((second["items"].as_array().map(Vec::len), &second["next_cursor"]), (Some(3), &Value::Null));
    owner.get(&format!("/v1/sources/{}/pages?state=odd", id_of(&source))).await.problem(422);

    let answer = owner.asks(&chatbot, "How often must the pump of kind k3k be oiled?").await;
    assert_eq!(answer["message"]["citations"][0]["url"], shop.url("/article/3"), "{answer}");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again_and_what_has_is_found_anew() {
    let shop = Shop::of_articles(3).await;
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({})).await;
    owner.job_of(&source).await;
    shop.serves("/article/2", Answer::page("Article 2", "<p>The pump of kind k2k needs no zirconium.</p>"));
    let job = syncs(&owner, &source).await;
    assert_eq!((&job["pages"]["settled"], &job["pages"]["read"]), (&json!(4), &json!(4)), "{job}");
    assert!(job["pages"]["fetched_bytes"].as_u64().unwrap() < 300, "only one page was sent: {job}");
    finds_soon(&owner, &chatbot, "zirconium").await;
    assert!(finds(&owner, &chatbot, "k2k").await.iter().all(|text| !text.contains("every 2 days")));
}

#[tokio::test]
async fn a_page_that_is_taken_out_is_forgotten_until_it_is_restored() {
    let shop = Shop::of_articles(3).await;
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({})).await;
    owner.job_of(&source).await;
    let before = owner.get(&format!("/v1/sources/{}", id_of(&source))).await.expect(200);
    let page = page_at(&owner, &source, &shop.url("/article/2")).await;
    let path = format!("/v1/sources/{}/pages/{}", id_of(&source), page["id"].as_str().unwrap());
    let excluded = owner.post(&format!("{path}/exclude"), json!({})).await.expect(200);
    assert_eq!((&excluded["state"], &excluded["chunks"]), (&json!("excluded"), &json!(0)));
    let after = owner.get(&format!("/v1/sources/{}", id_of(&source))).await.expect(200);
    assert!(
        after["chunks"].as_u64() < before["chunks"].as_u64()
            && after["bytes"].as_u64() < before["bytes"].as_u64()
    );
    let is_gone = async || {
        let found = finds(&owner, &chatbot, "k2k").await;
        found.iter().all(|text| !text.contains("k2k")).then_some(())
    };
    until("the page is not found any more", is_gone).await;
    let asked = shop.asked_for("/article/2");
    syncs(&owner, &source).await;
    assert_eq!(shop.asked_for("/article/2"), asked, "no run reads it");
    assert!(finds(&owner, &chatbot, "k2k").await.iter().all(|text| !text.contains("k2k")));

    let restored = owner.post(&format!("{path}/restore"), json!({})).await.expect(200);
    assert_eq!(restored["state"], "waiting");
    syncs(&owner, &source).await;
    finds_soon(&owner, &chatbot, "k2k").await;
    let restored = owner.get(&format!("/v1/sources/{}", id_of(&source))).await.expect(200);
    assert_eq!(restored["chunks"], before["chunks"]);
    let other = server.anyone().registered("other@example.org").await;
    other.post(&format!("{path}/exclude"), json!({})).await.problem(404);
    other.get(&format!("/v1/sources/{}/pages", id_of(&source))).await.problem(404);
    owner.post(&format!("{path}0/exclude"), json!({})).await.problem(404);
}

#[tokio::test]
async fn a_run_can_be_paused_and_resumed() {
    let shop = Shop::of_articles(20).await;
    shop.answers(8);
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({})).await;
    let job = format!("/v1/jobs/{}", source["job_id"].as_str().unwrap());
    until("it has begun", async || (shop.asked().len() > 8).then_some(())).await;
    let paused = owner.post(&format!("{job}/pause"), json!({})).await.expect(200);
    assert_eq!(paused["state"], "paused", "{paused}");
    shop.answers(usize::MAX);
    owner.post(&format!("/v1/sources/{}/sync", id_of(&source)), json!({})).await.problem(409);
    let asked = shop.asked().len();
    owner.reads(&chatbot, "Other", "Another source is read meanwhile.").await;
    assert_eq!(shop.asked().len(), asked);
    owner.post(&format!("{job}/resume"), json!({})).await.expect(200);
    let ended = owner.job_of(&source).await;
    assert_eq!((&ended["state"], &ended["pages"]["read"]), (&json!("succeeded"), &json!(21)), "{ended}");
    owner.post(&format!("{job}/resume"), json!({})).await.problem(409);
    owner.post(&format!("{job}/pause"), json!({})).await.problem(409);
}

#[tokio::test]
async fn what_a_cancelled_run_has_read_is_found() {
    let shop = Shop::of_articles(20).await;
    shop.answers(10);
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({})).await;
    until("half is read", async || (shop.asked().len() >= 14).then_some(())).await;
    owner
        .post(&format!("/v1/jobs/{}/cancel", source["job_id"].as_str().unwrap()), json!({}))
        .await
        .expect(200);
    assert_eq!(owner.job_of(&source).await["state"], "cancelled");
    let read = pages(&owner, &source, "&state=read").await;
    let (first, waiting) = (&read[0], pages(&owner, &source, "&state=waiting").await.len());
    assert!(waiting > 0 && read.len() + waiting == 21);
    let number = first["url"].as_str().unwrap().rsplit('/').next().unwrap();
    finds_soon(&owner, &chatbot, &format!("k{number}k")).await;
    shop.answers(usize::MAX);
    assert_eq!(syncs(&owner, &source).await["pages"]["read"], 21, "the next run reads what is left");
}

#[tokio::test]
async fn a_sitemap_and_its_index_name_the_pages() {
    let shop = Shop::with((1..=3).map(|n| (format!("/article/{n}"), article(n)))).await;
    let list = |element: &str, outer: &str, paths: &[&str]| {
        let items: String = paths
            .iter()
            .map(|path| format!("<{element}><loc>{}</loc></{element}>", shop.url(path)))
            .collect();
        Answer::of("application/xml", format!("<?xml version='1.0'?><{outer}>{items}</{outer}>"))
    };
    shop.serves("/sitemap.xml", list("sitemap", "sitemapindex", &["/map/1.xml", "/map/missing.xml"]));
    shop.serves("/map/1.xml", list("url", "urlset", &["/article/1", "/article/2", "/article/3"]));
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let wanted = json!({ "kind": "sitemap", "url": shop.url("/sitemap.xml"), "exclude": ["*/3$"] });
    let source = owner.adds(&chatbot, wanted).await;
    let job = owner.job_of(&source).await;
    assert_eq!(
        (&job["state"], &job["pages"]["found"], &job["pages"]["read"]),
        (&json!("succeeded"), &json!(2), &json!(2)),
        "{job}"
    );
    assert_eq!(shop.asked_for("/article/3"), 0);
    assert_eq!(shop.asked_for("/"), 0, "links of pages are not followed");
}

#[tokio::test]
async fn nothing_that_a_site_says_leads_inside() {
    let inside = Shop::of_articles(1).await;
    let secret = inside.url("/article/1");
    let shop = Shop::of_articles(2).await;
    shop.serves(
        "/robots.txt",
        Answer::of("text/plain", format!("Sitemap: {}\nSitemap: {}", inside.url("/"), shop.url("/map.xml"))),
    );
    let numbers: String = secret.replace("127.0.0.1", "2130706433");
    let map = format!("<urlset><url><loc>{secret}</loc></url><url><loc>{numbers}</loc></url></urlset>");
    shop.serves("/map.xml", Answer::of("application/xml", map));
    let mapped = secret.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let userinfo = secret.replace("127.0.0.1", &format!("{}@127.0.0.1", shop.address().replace(':', "%3a")));
    let links = format!(
        "<base href='{secret}'><link rel=canonical href='{secret}'><p>Leads astray: <a href='{secret}'>a</a> \
         <a href='{mapped}'>b</a> <a href='{userinfo}'>c</a> <a href='//{}/x'>d</a> <a href='{}'>e</a></p>",
        inside.address(),
        shop.url("/moved"),
    );
    shop.serves("/", Answer::page("Astray", &links));
    shop.serves("/moved", Answer::moved(&secret));
    shop.serves("/sitemap.xml", Answer::moved(&inside.url("/sitemap.xml")));
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({})).await;
    let job = owner.job_of(&source).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let refused = pages(&owner, &source, "&state=failed").await;
    assert_eq!((refused.len(), &refused[0]["error"]["code"]), (1, &json!("address_refused")), "{refused:?}");
    assert_eq!(inside.asked(), Vec::<String>::new());

    let direct = owner.adds(&chatbot, json!({ "kind": "site", "url": inside.url("/") })).await;
    let sitemap = owner.adds(&chatbot, json!({ "kind": "sitemap", "url": inside.url("/sitemap.xml") })).await;
    for source in [direct, sitemap] {
        let job = owner.job_of(&source).await;
        assert_eq!((&job["state"], &job["error"]), (&json!("failed"), &refused[0]["error"]), "{job}");
    }
    assert_eq!(inside.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn how_often_a_source_is_read_again_can_be_said_and_changed() {
    let shop = Shop::of_articles(1).await;
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({ "resync": "daily" })).await;
    assert_eq!(source["resync_seconds"], 86_400, "{source}");
    assert!(source["next_sync_at"].is_string(), "{source}");
    let path = format!("/v1/sources/{}", id_of(&source));
    let weekly = owner.patch(&path, json!({ "resync": "weekly" })).await.expect(200);
    assert_eq!(weekly["resync_seconds"], 604_800, "{weekly}");
    let never = owner.patch(&path, json!({ "resync": "never" })).await.expect(200);
    assert_eq!((&never["resync_seconds"], &never["next_sync_at"]), (&Value::Null, &Value::Null), "{never}");
    owner.patch(&path, json!({ "resync": 5 })).await.problem(422);
    owner.patch(&path, json!({ "resync": "sometimes" })).await.problem(422);
}

#[tokio::test]
async fn a_trap_ends_with_a_reason() {
    let shop = Shop::of_articles(1).await;
    shop.serves(
        "/",
        Answer::page("Trap", "<p>Round and round. <a href=/loop>loop</a> <a href=/cal/1>calendar</a></p>"),
    );
    shop.serves("/loop", Answer::moved("/loop"));
    for month in 1..=60 {
        let next = month + 1;
        let page = format!("<p>Nothing happens in month m{month}m. <a href=/cal/{next}>next</a></p>");
        shop.serves(&format!("/cal/{month}"), Answer::page("Calendar", &page));
    }
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = adds_site(&owner, &chatbot, &shop, json!({ "max_pages": 12, "depth": 100 })).await;
    let job = owner.job_of(&source).await;
    assert_eq!((&job["state"], &job["pages"]["stopped_by"]), (&json!("succeeded"), &json!("pages")), "{job}");
    assert_eq!((&job["pages"]["found"], &job["pages"]["read"]), (&json!(12), &json!(11)), "{job}");
    let looped = page_at(&owner, &source, &shop.url("/loop")).await;
    assert_eq!(
        (&looped["state"], &looped["error"]["code"]),
        (&json!("failed"), &json!("too_many_redirects"))
    );
}
