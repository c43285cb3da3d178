//! The pages in a real browser.

use crate::support::browser::Browser;
use crate::support::server::Server;

/// All text of the page, that in shadow roots included.
const TEXT: &str = "(function text(node) { \
    let all = ''; \
    for (const child of node.childNodes) { \
        if (child.nodeType === Node.TEXT_NODE) all += child.textContent; \
        else if (!['STYLE', 'SCRIPT'].includes(child.tagName)) all += text(child.shadowRoot ?? child) + '\\n'; \
    } \
    return all; \
})(document.body)";

#[tokio::test]
async fn a_visitor_of_the_demo_gets_a_cited_answer_that_survives_a_reload() {
    let server = Server::plan().with("AIHIO__DEMO__ENABLED", "true").start().await;
    let Some(mut browser) = Browser::start().await else { return };
    browser.opens(&server.url("/demo")).await;
    browser.shows(&deep("button")).await;
    browser.evaluates(&format!("{}.click()", deep("button"))).await;
    browser.shows(&format!("{} && ({}.focus(), true)", deep("textarea"), deep("textarea"))).await;
    browser.types("Which database does aihio use by default?").await;
    browser.shows(&format!("/SQLite/.test({TEXT})")).await;
    browser.shows(&format!("/Sources?|docs|\\.md/i.test({TEXT})")).await;

    browser.reloads().await;
    browser.shows(&deep("button")).await;
    browser.evaluates(&format!("{} || {}.click()", deep("textarea"), deep("button"))).await;
    browser.shows(&format!("/Which database does aihio use by default/.test({TEXT})")).await;
    browser.shows(&format!("/SQLite/.test({TEXT})")).await;
    assert_eq!(browser.complaints, Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn every_page_loads_without_a_complaint() {
    let server = Server::plan().with("AIHIO__DEMO__ENABLED", "true").start().await;
    let Some(mut browser) = Browser::start().await else { return };
    for page in ["/", "/demo", "/docs"] {
        browser.opens(&server.url(page)).await;
        browser.shows(&format!("{TEXT}.trim().length > 40")).await;
        assert_eq!(browser.complaints, Vec::<serde_json::Value>::new(), "{page}");
    }
}

/// The first element below any shadow root that fits a selector and is visible.
fn deep(selector: &str) -> String {
    format!(
        "(function find(root) {{ \
            for (const node of root.querySelectorAll('*')) {{ \
                if (node.shadowRoot) {{ \
                    const inside = [...node.shadowRoot.querySelectorAll('{selector}')].find((e) => e.checkVisibility()); \
                    const found = inside ?? find(node.shadowRoot); \
                    if (found) return found; \
                }} \
            }} \
            return null; \
        }})(document)"
    )
}
