//! The pages in a real browser.

use serde_json::Value;

use crate::support::browser::Browser;
use crate::support::server::Server;

const QUESTION: &str = "How do I start aihio?";
/// Collects what the page's content security policy had to stop.
const WATCH_POLICY: &str = "(window.violations = [], \
    addEventListener('securitypolicyviolation', (event) => violations.push(event.blockedURI)), true)";

#[tokio::test]
async fn a_visitor_of_the_demo_gets_a_cited_answer_that_survives_a_reload() {
    let server = Server::plan().with("AIHIO__DEMO__ENABLED", "true").start().await;
    let Some(mut browser) = Browser::start().await else { return };
    browser.opens(&server.url("/demo")).await;
    browser.evaluates(WATCH_POLICY).await;
    browser.shows(&format!("{0} && ({0}.click(), true)", widget("button"))).await;
    browser.shows(&format!("{0} && ({0}.focus(), true)", widget("textarea"))).await;
    browser.types(QUESTION).await;
    let asked = format!("{}?.textContent", widget("article.visitor .text"));
    assert_eq!(browser.shows(&asked).await.as_str().map(str::trim), Some(QUESTION));
    browser.shows(&widget("article.assistant details")).await;
    let answered = format!("{}?.textContent", widget("article.assistant .text"));
    let answer = browser.shows(&answered).await;
    assert_eq!(browser.evaluates("violations").await, serde_json::json!([]));

    browser.reloads().await;
    browser.shows(&format!("{0} && ({0}.click(), true)", widget("button"))).await;
    assert_eq!(browser.shows(&asked).await.as_str().map(str::trim), Some(QUESTION));
    browser.shows(&widget("article.assistant details")).await;
    assert_eq!(browser.shows(&answered).await, answer, "the answer is the same after a reload");
    assert_eq!(browser.complaints, Vec::<Value>::new());
}

#[tokio::test]
async fn every_page_loads_without_a_complaint() {
    let server = Server::plan().with("AIHIO__DEMO__ENABLED", "true").start().await;
    let Some(mut browser) = Browser::start().await else { return };
    for page in ["/", "/demo", "/docs"] {
        browser.opens(&server.url(page)).await;
        browser.shows("document.body.innerText.trim().length > 40").await;
        assert_eq!(browser.complaints, Vec::<Value>::new(), "{page}");
    }
}

/// The first element of the widget that fits a selector.
fn widget(selector: &str) -> String {
    format!("document.querySelector('aihio-chat')?.shadowRoot.querySelector('{selector}')")
}
