//! Who a visitor is: the site signs ids under the chatbot's identity secret.

use ring::hmac;
use serde_json::{Value, json};

use crate::support::server::Server;
use crate::support::visitor::Visitor;
use crate::support::wire::{Heard, Wire};

#[tokio::test]
async fn the_identity_secret_is_shown_to_those_who_may_write() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Mine").await;
    let path = format!("/v1/chatbots/{chatbot}");
    let shown = owner.get(&path).await.expect(200);
    let secret = shown["identity"]["secret"].as_str().unwrap_or_else(|| panic!("no secret in {shown}"));
    assert_eq!(secret.len(), 64, "{shown}");
    assert!(secret.bytes().all(|digit| digit.is_ascii_hexdigit()), "{shown}");
    assert_eq!(shown["identity"]["mode"], "optional");
    let other = owner.chatbot("Another").await;
    let other = owner.get(&format!("/v1/chatbots/{other}")).await.expect(200);
    assert_ne!(other["identity"]["secret"], secret, "each chatbot has a secret of its own");

    let made =
        owner.post("/v1/account/api-keys", json!({ "name": "reader", "scopes": ["read"] })).await.expect(201);
    let reader = server.anyone().bearing(made["secret"].as_str().unwrap());
    assert_eq!(reader.get(&path).await.expect(200)["identity"], json!({ "mode": "optional" }));
    for list in ["/v1/chatbots".to_owned(), format!("{path}/versions"), format!("{path}/public")] {
        let answer = owner.get(&list).await;
        assert!(answer.status == 200 && !answer.text.contains(secret), "{answer}");
    }
}

#[tokio::test]
async fn the_identity_secret_cannot_be_set() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.chatbot("Mine").await;
    let path = format!("/v1/chatbots/{chatbot}");
    let before = owner.get(&path).await.expect(200);
    let change = json!({ "identity": { "mode": "required", "secret": "00" } });
    let problem = owner.patch(&path, change).await.problem(422);
    assert_eq!(problem["errors"][0]["field"], "identity.secret", "{problem}");
    assert_eq!(owner.get(&path).await.expect(200)["identity"], before["identity"]);
}

#[tokio::test]
async fn a_chatbot_that_asks_who_comes_speaks_to_proven_visitors_alone() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let changed = owner.change(&chatbot, json!({ "identity": { "mode": "required" } })).await;
    let secret = changed["identity"]["secret"].as_str().unwrap();
    let hash = signed(secret, "customer 17");

    let strangers = [
        Value::Null,
        json!({ "id": "customer 17" }),
        json!({ "id": "customer 17", "hash": "00" }),
        json!({ "id": "customer 18", "hash": hash }),
        json!({ "id": "customer 17", "hash": signed("another secret", "customer 17") }),
    ];
    for stranger in strangers {
        assert_eq!(refusal(&server, &chatbot, &stranger).await["code"], 1006, "{stranger}");
    }

    let connect = json!({ "data": { "visitor": { "id": "customer 17", "hash": hash, "name": "Ada" } } });
    let mut visitor = Visitor::connects_with(server.address(), &chatbot, connect).await;
    visitor.asks("it is me").await;
    assert_eq!(visitor.sees_answer().await.text(), "it is me");
    let session = owner.get(&format!("/v1/sessions/{}", visitor.session_id)).await.expect(200);
    assert_eq!(session["visitor"]["id"], "customer 17", "{session}");
}

/// The signature as a site makes it.
fn signed(secret: &str, visitor: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, visitor.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The error with which a visitor is not let in.
async fn refusal(server: &Server, chatbot: &str, visitor: &Value) -> Value {
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let mut wire = Wire::open(server.address(), &path, None).await.unwrap();
    wire.says(&json!({ "id": 1, "connect": { "data": { "visitor": visitor } } })).await;
    match wire.hears().await {
        Heard::Frame(objects) => objects.first().map(|reply| reply["error"].clone()).unwrap_or_default(),
        end => panic!("no reply: {end:?}"),
    }
}
