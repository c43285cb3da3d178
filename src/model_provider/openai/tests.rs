//! The answerer against endpoints that fail in all the ways they do.

use aihio_actors::model::{Role, Tokens};
use aihio_actors::ports::{Piece, Turn};

use super::*;
use crate::scripted_server::{Reply, ScriptedServer};

const KEY: &str = "sk-very-secret";
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
const HI: &str = "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
const END: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn answerer(server: &ScriptedServer) -> OpenAiAnswerer {
    answerer_with(server, AnswerTimeouts::default())
}

fn answerer_with(server: &ScriptedServer, timeouts: AnswerTimeouts) -> OpenAiAnswerer {
    OpenAiAnswerer::new(ProviderSettings {
        base_url: Url::parse(&server.url("/v1/?api-version=1")).unwrap(),
        api_key: KEY.into(),
        model: "small".into(),
        timeouts,
    })
    .unwrap()
}

fn question() -> AnswerRequest {
    let turn = Turn { role: Role::Visitor, text: "Are you open?".into() };
    AnswerRequest { system: "Be brief.".into(), turns: vec![turn], model: None }
}

async fn ask(answerer: &OpenAiAnswerer) -> Result<Vec<Piece>, AnswerFault> {
    let pieces = answerer.answer(question()).await?;
    pieces.collect::<Vec<_>>().await.into_iter().collect()
}

fn hi() -> Vec<Piece> {
    vec![Piece::Text("Hi".into()), Piece::Finished { model: Some("m-1".into()), tokens: Tokens::default() }]
}

fn error(head: &str, body: &str) -> Reply {
    Reply::text(&format!(
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

fn fine() -> Reply {
    Reply::text(&format!("{HEAD}{HI}{END}"))
}

#[tokio::test]
async fn an_answer_is_asked_for_and_streamed() {
    let server = ScriptedServer::start(|_| {
        let bytes = format!("{HEAD}{HI}{END}").into_bytes();
        Reply::pieces(bytes.chunks(3).map(<[u8]>::to_vec).collect())
    })
    .await;
    assert_eq!(ask(&answerer(&server)).await.unwrap(), hi());
    let requests = server.requests();
    let request = requests.first().unwrap();
    assert!(request.starts_with("POST /v1/chat/completions?api-version=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {KEY}\r\n")), "{request}");
    assert!(request.contains(r#""model":"small""#) && request.contains("Are you open?"), "{request}");
}

#[tokio::test]
async fn what_fails_before_the_first_piece_is_asked_again() {
    let server = ScriptedServer::start(|request| match request.number {
        0 => Reply::reset_after(HEAD),
        1 => error("503 Service Unavailable", ""),
        _ => fine(),
    })
    .await;
    assert_eq!(ask(&answerer(&server)).await.unwrap(), hi());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn after_three_failures_it_is_enough() {
    let server =
        ScriptedServer::start(|_| error("500 Internal Server Error", r#"{"error":{"message":"boom"}}"#))
            .await;
    let fault = ask(&answerer(&server)).await.unwrap_err();
    assert!(matches!(&fault, AnswerFault::Unavailable(words) if words.contains("boom")), "{fault:?}");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn what_fails_after_the_first_piece_is_not_asked_again() {
    let server = ScriptedServer::start(|_| Reply::text(&format!("{HEAD}{HI}"))).await;
    let pieces: Vec<_> = answerer(&server).answer(question()).await.unwrap().collect().await;
    assert!(matches!(&pieces[..], [Ok(Piece::Text(_)), Err(AnswerFault::Unavailable(_))]), "{pieces:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn refusals_are_passed_on_without_the_key_and_not_repeated() {
    let server = ScriptedServer::start(|_| {
        error(
            "401 Unauthorized",
            &format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#),
        )
    })
    .await;
    let fault = ask(&answerer(&server)).await.unwrap_err();
    let AnswerFault::Refused { status: 401, message } = fault else { panic!("{fault:?}") };
    assert_eq!(message, "Incorrect API key provided: [key]");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_long_pause_is_told_and_a_short_one_waited_for() {
    let server = ScriptedServer::start(|request| match request.number {
        0 => error("429 Too Many Requests\r\nRetry-After: 60", ""),
        1 => error("429 Too Many Requests\r\nRetry-After: 0", ""),
        _ => fine(),
    })
    .await;
    let fault = ask(&answerer(&server)).await.unwrap_err();
    assert!(matches!(fault, AnswerFault::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 60));
    assert_eq!(ask(&answerer(&server)).await.unwrap(), hi());
}

#[tokio::test]
async fn pages_and_redirects_are_no_answers() {
    let server = ScriptedServer::start(|request| match request.number {
        0 => Reply::text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"),
        _ => error("302 Found\r\nLocation: /login", ""),
    })
    .await;
    for _ in 0..2 {
        assert!(matches!(ask(&answerer(&server)).await, Err(AnswerFault::Garbled(_))));
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn silence_times_out() {
    let server = ScriptedServer::start(|_| Reply::hang()).await;
    let timeouts = AnswerTimeouts { first_piece: Duration::from_millis(200), ..AnswerTimeouts::default() };
    let fault = ask(&answerer_with(&server, timeouts)).await.unwrap_err();
    assert!(matches!(fault, AnswerFault::TimedOut(limit) if limit == timeouts.first_piece));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let server = ScriptedServer::start(|_| Reply::hang()).await;
    let answerer = answerer(&server);
    drop(server);
    assert!(matches!(ask(&answerer).await, Err(AnswerFault::Unavailable(_))));
}

#[tokio::test]
async fn the_key_is_never_shown() {
    let server = ScriptedServer::start(|_| Reply::hang()).await;
    assert!(!format!("{:?}", answerer(&server)).contains(KEY));
}

#[test]
fn times_to_come_back_are_seconds_or_dates() {
    let parse = |value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
        retry_after(&headers)
    };
    assert_eq!(parse("7"), Some(Duration::from_secs(7)));
    assert_eq!(parse("0.5"), Some(Duration::from_millis(500)));
    assert_eq!(parse("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
    assert_eq!(parse("-1"), None);
    assert_eq!(parse("soon"), None);
}
