//! The pages in a real browser.

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::server::{OWNER_EMAIL, OWNER_PASSWORD, Server};
use crate::support::shop::Shop;

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

#[tokio::test]
async fn an_owner_sees_the_pages_of_a_site_and_takes_one_out() {
    let shop = Shop::of_articles(3).await;
    let server = shop.open_to(Server::plan()).start().await;
    let Some(mut browser) = Browser::start().await else { return };
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Reader").await;
    let source = owner.adds(&chatbot, json!({ "kind": "site", "url": shop.url("/") })).await;
    owner.job_of(&source).await;

    browser.opens(&server.url("/")).await;
    let words = json!({ "email": OWNER_EMAIL, "password": OWNER_PASSWORD });
    let sign_in = format!(
        "fetch('/v1/auth/login', {{ method: 'POST', headers: {{ 'Content-Type': 'application/json' }}, \
         body: JSON.stringify({words}) }}).then((reply) => reply.ok)"
    );
    assert_eq!(browser.evaluates(&sign_in).await, true);
    browser.opens(&server.url(&format!("/#/chatbots/{chatbot}/sources"))).await;
    browser.reloads().await;
    browser.shows(&format!("{0} && ({0}.click(), true)", labelled("Pages of"))).await;
    browser.shows("document.querySelectorAll('[aria-label=Pages] li').length === 4").await;
    browser.shows(&format!("{0} && ({0}.click(), true)", labelled("Take out Article 2"))).await;
    browser.shows(&labelled("Restore")).await;
    let listed =
        owner.get(&format!("/v1/sources/{}/pages?state=excluded", source["id"].as_str().unwrap())).await;
    assert_eq!(listed.expect(200)["items"][0]["url"], shop.url("/article/2"));
    assert_eq!(browser.complaints, Vec::<Value>::new());
}

/// The first button whose name begins so.
fn labelled(name: &str) -> String {
    format!("document.querySelector('button[aria-label^=\"{name}\"]')")
}

/// The first element of the widget that fits a selector.
fn widget(selector: &str) -> String {
    format!("document.querySelector('aihio-chat')?.shadowRoot.querySelector('{selector}')")
}
