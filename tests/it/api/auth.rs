//! `/v1/auth` and `/v1/me`.

use reqwest::Method;
use serde_json::json;

use crate::support::server::{OWNER_EMAIL, OWNER_PASSWORD, Server};

#[tokio::test]
async fn signing_in_gives_a_token_that_says_who_one_is() {
    let server = Server::start().await;
    let body = json!({ "email": OWNER_EMAIL, "password": OWNER_PASSWORD });
    let login = server.anyone().post("/v1/auth/login", body).await;
    let cookie = login.header("set-cookie").to_owned();
    let login = login.expect(200);
    assert_eq!(login["token_type"], "Bearer");
    assert!(login["expires_in"].as_u64().is_some_and(|seconds| seconds > 0), "{login}");
    for part in ["HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let me = server.anyone().bearing(login["access_token"].as_str().unwrap()).get("/v1/me").await.expect(200);
    assert!(me.to_string().contains(OWNER_EMAIL), "{me}");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let server = Server::start().await;
    let attempt = async |email: &str| {
        let body = json!({ "email": email, "password": "a wrong sentence altogether" });
        let problem = server.anyone().post("/v1/auth/login", body).await.problem(401);
        (problem["code"].clone(), problem["title"].clone(), problem["detail"].clone())
    };
    assert_eq!(attempt(OWNER_EMAIL).await, attempt("nobody@example.org").await);
}

#[tokio::test]
async fn without_a_valid_token_nothing_is_shown() {
    let server = Server::start().await;
    let token = server.owner().await.token().to_owned();
    let tampered = format!("{}x", &token[..token.len() - 2]);
    for nobody in [server.anyone(), server.anyone().bearing("nonsense"), server.anyone().bearing(&tampered)] {
        for path in ["/v1/me", "/v1/chatbots", "/v1/usage", "/v1/system/tree"] {
            nobody.get(path).await.problem(401);
        }
    }
}

#[tokio::test]
async fn registering_makes_an_account_of_ones_own() {
    let server = Server::start().await;
    let owner = server.owner().await;
    owner.chatbot("The owner's").await;
    let newcomer = server.anyone().registered("newcomer@example.org").await;
    assert_eq!(newcomer.get("/v1/chatbots").await.expect(200)["items"], json!([]));
    let again =
        json!({ "name": "Again", "email": "newcomer@example.org", "password": "yet another sentence" });
    let answer = server.anyone().post("/v1/auth/register", again).await;
    assert!(matches!(answer.status, 409 | 422), "{answer}");
    newcomer.get("/v1/system/tree").await.problem(403);
}

#[tokio::test]
async fn the_cookie_alone_changes_nothing() {
    let server = Server::start().await;
    let body = json!({ "email": OWNER_EMAIL, "password": OWNER_PASSWORD });
    let login = server.anyone().post("/v1/auth/login", body).await;
    let cookie = login.header("set-cookie").split(';').next().unwrap().to_owned();
    let by_cookie = |method, path| server.anyone().request(method, path).header("cookie", &cookie);
    let read = server.anyone().send(by_cookie(Method::GET, "/v1/me")).await;
    assert_eq!(read.status, 200, "{read}");
    let write = by_cookie(Method::POST, "/v1/chatbots").json(&json!({ "name": "Forged" }));
    server.anyone().send(write).await.problem(403);
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let server = Server::plan().with("AIHIO__LIMITS__ENABLED", "true").start().await;
    let body = json!({ "email": OWNER_EMAIL, "password": "a wrong sentence altogether" });
    let mut refused = None;
    for _ in 0..40 {
        let answer = server.anyone().post("/v1/auth/login", body.clone()).await;
        refused = refused.or((answer.status == 429).then_some(answer));
    }
    let refused = refused.expect("forty guesses in a row are too many");
    assert!(refused.header("retry-after").parse::<u64>().is_ok(), "{refused}");
    refused.problem(429);
}
