//! `/v1/account`.

use serde_json::json;

use crate::support::patience::until;
use crate::support::server::Server;

#[tokio::test]
async fn an_api_key_is_shown_once_and_works_until_it_is_revoked() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let made = owner.post("/v1/account/api-keys", json!({ "name": "script" })).await.expect(201);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("aihio_sk_"), "{made}");
    assert!(secret.starts_with(made["prefix"].as_str().unwrap()), "{made}");

    let program = server.anyone().bearing(secret);
    program.get("/v1/chatbots").await.expect(200);
    let listed = owner.get("/v1/account/api-keys").await.expect(200);
    assert!(!listed.to_string().contains(secret), "{listed}");
    assert_eq!(listed["items"][0]["id"], made["id"]);

    let revoked = owner.delete(&format!("/v1/account/api-keys/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(revoked.status, 204, "{revoked}");
    program.get("/v1/chatbots").await.problem(401);
}

#[tokio::test]
async fn a_key_does_only_what_its_scopes_say() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let made =
        owner.post("/v1/account/api-keys", json!({ "name": "reader", "scopes": ["read"] })).await.expect(201);
    let reader = server.anyone().bearing(made["secret"].as_str().unwrap());
    reader.get("/v1/chatbots").await.expect(200);
    reader.post("/v1/chatbots", json!({ "name": "Not mine to make" })).await.problem(403);
}

#[tokio::test]
async fn a_key_tells_when_it_was_last_used() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let made = owner.post("/v1/account/api-keys", json!({ "name": "script" })).await.expect(201);
    let last_used = async || {
        let listed = owner.get("/v1/account/api-keys").await.expect(200);
        listed["items"][0]["last_used_at"].as_str().map(str::to_owned)
    };
    assert_eq!(last_used().await, None);
    server.anyone().bearing(made["secret"].as_str().unwrap()).get("/v1/chatbots").await.expect(200);
    let noted = until("the note of the key's use", last_used).await;
    assert!(noted.as_str() >= made["created_at"].as_str().unwrap(), "{noted} is before {made}");
}

#[tokio::test]
async fn an_account_can_be_renamed() {
    let server = Server::start().await;
    let owner = server.owner().await;
    owner.patch("/v1/account", json!({ "name": "Pumps & Co" })).await.expect(200);
    assert_eq!(owner.get("/v1/account").await.expect(200)["name"], "Pumps & Co");
}
