//! How fast a site is read, and in how much memory. Printed, not judged:
//! `AIHIO_CRAWL_PAGES=2000 cargo test --test it site_of_many_pages -- --nocapture`, with `AIHIO_SERVER` for another
//! build of the server.

use std::time::Instant;

use serde_json::json;

use crate::support::patience::until;
use crate::support::server::Server;
use crate::support::shop::Shop;

/// Pages when nothing is said.
const PAGES: usize = 60;

#[tokio::test]
async fn a_site_of_many_pages_is_read_whole() {
    let wanted = std::env::var("AIHIO_CRAWL_PAGES").ok().and_then(|pages| pages.parse().ok());
    let pages: usize = wanted.unwrap_or(PAGES);
    let shop = Shop::of_articles(pages - 1).await;
    let server = shop.open_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let idle = server.memory_peak_mib();
    let began = Instant::now();
    let source =
        owner.adds(&chatbot, json!({ "kind": "site", "url": shop.url("/"), "max_pages": pages })).await;
    let path = format!("/v1/jobs/{}", source["job_id"].as_str().unwrap());
    let mut settled = 0;
    let job = loop {
        let ahead = async || {
            let job = owner.get(&path).await.expect(200);
            let is_news = job["state"] == "succeeded" || job["pages"]["settled"].as_u64() > Some(settled);
            is_news.then_some(job)
        };
        let job = until("more pages", ahead).await;
        if job["state"] == "succeeded" {
            break job;
        }
        settled = job["pages"]["settled"].as_u64().unwrap_or(settled);
    };
    let seconds = began.elapsed().as_secs_f64();
    assert_eq!(job["pages"]["read"], pages, "{job}");
    let per_second = pages as f64 / seconds;
    println!(
        "{pages} pages in {seconds:.1} s: {per_second:.1} pages/s; memory of the server: {idle} MiB before, {} MiB at most",
        server.memory_peak_mib()
    );
}
