//! How the API says no (RFC 9457).

use reqwest::Method;
use serde_json::json;

use crate::support::server::Server;

#[tokio::test]
async fn every_refusal_is_a_whole_problem() {
    let server = Server::start().await;
    let owner = server.owner().await;
    owner.get("/v1/nothing/here").await.problem(404);
    owner.get(&format!("/v1/chatbots/{}", uuid::Uuid::now_v7())).await.problem(404);
    owner.get("/v1/chatbots/not-an-id").await.problem(404);
    owner.post("/v1/chatbots", json!({})).await.problem(422);
    server.anyone().get("/v1/chatbots").await.problem(401);
    let wrong_method = owner.send(owner.request(Method::PUT, "/v1/chatbots")).await;
    assert!(matches!(wrong_method.status, 404 | 405), "{wrong_method}");
    let status = wrong_method.status;
    wrong_method.problem(status);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_problem_and_not_a_fault() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let deep = "[".repeat(200_000);
    for body in ["", "{", "nonsense", "\u{feff}{}", "{\"name\":\"a\",\"name\":\"b\"", deep.as_str()] {
        let request = owner.request(Method::POST, "/v1/chatbots").header("content-type", "application/json");
        let answer = owner.send(request.body(body.to_owned())).await;
        assert!(matches!(answer.status, 400 | 413 | 422), "{answer}");
        let status = answer.status;
        answer.problem(status);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let answer = owner.post("/v1/chatbots", json!({ "name": "x".repeat(2 * 1024 * 1024) })).await;
    assert_eq!(answer.status, 413, "{}", answer.status);
}

#[tokio::test]
async fn a_request_keeps_the_id_that_its_problem_names() {
    let server = Server::start().await;
    let answer = server.anyone().get("/v1/me").await;
    let header = answer.header("x-request-id").to_owned();
    assert_eq!(answer.problem(401)["request_id"], header);
}
