//! What operators look at.

use serde_json::Value;

use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn it_says_that_it_lives_and_is_ready() {
    let server = Server::start().await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(server.anyone().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn it_stops_when_asked() {
    for signal in ["TERM", "INT"] {
        let mut server = Server::start().await;
        server.signal(signal);
        assert!(server.stop().await.success(), "{signal}");
    }
}

#[tokio::test]
async fn the_tree_shows_who_is_alive() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let visitor = Visitor::connects(&server, &chatbot).await;
    let tree = owner.get("/v1/system/tree").await.expect(200);
    let chatbot = find(&tree, "chatbot", &chatbot).unwrap_or_else(|| panic!("no chatbot in {tree}"));
    let session =
        find(chatbot, "session", &visitor.session_id).unwrap_or_else(|| panic!("no session in {tree}"));
    for part in ["state", "generation", "restarts", "mailbox"] {
        assert!(!session[part].is_null(), "`{part}` is missing in {session}");
    }
}

#[tokio::test]
async fn metrics_are_in_the_form_of_prometheus() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("hello").await;
    visitor.sees_answer().await;
    let metrics = server.anyone().get("/metrics").await;
    assert_eq!(metrics.status, 200, "{metrics}");
    assert!(metrics.text.lines().any(|line| line.starts_with("# TYPE aihio_")), "{metrics}");
    assert!(!metrics.text.contains(&visitor.session_id), "identities are never in metrics");
}

#[tokio::test]
async fn every_operation_is_described() {
    let server = Server::start().await;
    let document = server.anyone().get("/openapi.json").await.expect(200);
    assert!(
        document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")),
        "{}",
        document["openapi"]
    );
    let paths = document["paths"].as_object().unwrap();
    for path in
        ["/v1/chatbots", "/v1/chatbots/{chatbot_id}/sources", "/v1/auth/login", "/openai/v1/chat/completions"]
    {
        assert!(paths.contains_key(path), "{path} is not in {:?}", paths.keys().collect::<Vec<_>>());
    }
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let told = operation["summary"].is_string() || operation["description"].is_string();
            assert!(told && operation["responses"].is_object(), "{method} {path} is not described");
        }
    }
}

#[tokio::test]
async fn pages_and_private_answers_carry_the_headers_that_protect_them() {
    let server = Server::start().await;
    let page = server.anyone().get("/").await;
    assert_eq!(page.status, 200, "{}", page.status);
    assert!(page.header("content-security-policy").contains("default-src"), "{:?}", page.headers);
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let private = server.owner().await.get("/v1/chatbots").await;
    assert!(private.header("cache-control").contains("no-store"), "{:?}", private.headers);
}

#[tokio::test]
async fn nothing_outside_the_pages_is_served() {
    let server = Server::start().await;
    for path in
        ["/../Cargo.toml", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/.git/config", "/aihio.db"]
    {
        let answer = server.anyone().get(path).await;
        assert!(!answer.text.contains("root:") && !answer.text.contains("[package]"), "{path}: {answer}");
        assert!(answer.status != 500, "{path}: {answer}");
    }
}

/// The first node of a kind with an id, anywhere below.
fn find<'a>(node: &'a Value, kind: &str, id: &str) -> Option<&'a Value> {
    if node["kind"] == kind && node["id"] == id {
        return Some(node);
    }
    node["children"].as_array().into_iter().flatten().find_map(|child| find(child, kind, id))
}
