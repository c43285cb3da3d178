//! temporary
use crate::support::*;
#[tokio::test]
async fn the_browser_shows_a_page() {
    let site = site::Site::with([("/", site::Page::Html("Hello", "<p>World</p>"))]).await;
    let Some(mut browser) = browser::Browser::start().await else { return };
    browser.opens(&site.url("/")).await;
    assert_eq!(browser.evaluates("document.title").await, "Hello");
    browser.reloads().await;
    eprintln!("{:?}", browser.complaints);
}
#[tokio::test]
async fn the_model_streams() {
    let model = model::Model::with([model::Turn::saying("one two")]).await;
    let plan = model.known_to(server::Server::plan());
    let _ = plan;
    let _ = model.calls();
    model.lets(1);
    let proxy = proxy::Proxy::before("127.0.0.1:1").await;
    proxy.cuts();
    proxy.address();
}
