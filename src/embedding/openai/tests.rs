//! The embedder against endpoints that answer well, late, wrongly and not at all.

use std::time::Duration;

use url::Url;

use super::super::endpoint::EndpointTimeouts;
use super::*;
use crate::scripted_server::{Reply, ScriptedServer};

const KEY: &str = "sk-very-secret";

fn embedder(server: &ScriptedServer) -> OpenAiEmbedder {
    let settings = EndpointSettings {
        base_url: Url::parse(&server.url("/v1/?api-version=1")).unwrap(),
        api_key: KEY.into(),
        model: "small".into(),
        timeouts: EndpointTimeouts { connect: Duration::from_secs(5), answer: Duration::from_secs(20) },
    };
    let prefixes = TextPrefixes { question: "query: ".into(), passage: "passage: ".into() };
    OpenAiEmbedder::new(&settings, NonZeroU32::new(2), 64, prefixes).unwrap()
}

fn reply(head: &str, body: &str) -> Reply {
    Reply::text(&format!(
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

fn fine() -> Reply {
    reply("200 OK", r#"{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,0]}],"usage":{}}"#)
}

fn texts() -> Vec<String> {
    vec!["tea".into(), "cups".into()]
}

async fn embed(server: &ScriptedServer) -> Result<Vec<Vector>, EmbedFault> {
    embedder(server).embed(&texts(), TextRole::Passage).await
}

#[tokio::test]
async fn vectors_come_back_in_the_order_of_their_texts() {
    let server = ScriptedServer::start(|_| fine()).await;
    let vectors = embed(&server).await.unwrap();
    assert_eq!(vectors, [Vector::of(vec![1.0, 0.0]), Vector::of(vec![0.0, 1.0])]);
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /v1/embeddings?api-version=1 HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(
        requests[0].contains(r#"{"model":"small","input":["passage: tea","passage: cups"],"dimensions":2}"#)
    );
    assert!(requests[0].contains(&format!("authorization: Bearer {KEY}\r\n")));
}

#[tokio::test]
async fn what_may_pass_is_asked_again_and_what_will_not_is_not() {
    let server = ScriptedServer::start(|request| match request.number {
        0 => reply("503 Service Unavailable", ""),
        1 => reply("429 Too Many Requests\r\nRetry-After: 0", ""),
        _ => fine(),
    })
    .await;
    assert_eq!(embed(&server).await.unwrap().len(), 2);
    assert_eq!(server.requests().len(), 3);
    let refusing = ScriptedServer::start(|_| reply("401 Unauthorized", &format!("unknown key {KEY}"))).await;
    let fault = embed(&refusing).await.unwrap_err();
    assert!(
        matches!(&fault, EmbedFault::Refused { status: 401, message } if message == "unknown key [key]"),
        "{fault}"
    );
    assert_eq!(refusing.requests().len(), 1);
}

#[tokio::test]
async fn answers_that_do_not_fit_are_refused() {
    for body in [
        "<html>",
        r#"{"data":[]}"#,
        r#"{"data":[{"index":0,"embedding":[1,2]},{"index":0,"embedding":[1,2]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[]},{"index":1,"embedding":[]}]}"#,
    ] {
        let server = ScriptedServer::start(move |_| reply("200 OK", body)).await;
        assert!(matches!(embed(&server).await, Err(EmbedFault::Garbled(_))), "{body}");
    }
}

#[tokio::test]
async fn after_a_question_that_failed_the_next_ones_do_not_wait() {
    let server = ScriptedServer::start(|_| reply("500 Internal Server Error", "")).await;
    let embedder = embedder(&server);
    for _ in 0..3 {
        let fault = embedder.embed(&texts(), TextRole::Question).await.unwrap_err();
        assert!(matches!(fault, EmbedFault::Unavailable(_)));
    }
    assert_eq!(server.requests().len(), 1);
    assert!(
        embedder.embed(&texts(), TextRole::Passage).await.is_err(),
        "passages are asked for all the same"
    );
    assert_eq!(server.requests().len(), 4);
}
