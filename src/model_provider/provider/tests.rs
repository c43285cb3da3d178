//! The answerer against endpoints that fail in all the ways they do.

use aihio_actors::model::{Role, Tokens};
use aihio_actors::ports::{ToolUse, Turn};
use url::Url;

use super::super::metrics::ModelMetrics;
use super::super::prices::Price;
use super::super::protocol::Protocol;
use super::super::settings::AnswerTimeouts;
use super::*;
use crate::scripted_server::{Reply, ScriptedServer};

const KEY: &str = "sk-very-secret";
const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
const HI: &str = "data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
const MESSAGES_STREAM: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"m-1\",",
    "\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0}\n\n",
    "event: ping\ndata: {\"type\":\"ping\"}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"lo!\"}}\n\n",
    "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},",
    "\"usage\":{\"output_tokens\":15}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);
const END: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn settings(server: &ScriptedServer, timeouts: AnswerTimeouts) -> ProviderSettings {
    ProviderSettings {
        api_key: KEY.into(),
        timeouts,
        ..ProviderSettings::of(Url::parse(&server.url("/v1/?api-version=1")).unwrap(), "small")
    }
}

fn provider(settings: ProviderSettings) -> Provider {
    Provider::new(settings, ModelMetrics::default().of("small")).unwrap()
}

fn answerer(server: &ScriptedServer) -> Provider {
    answerer_with(server, AnswerTimeouts::default())
}

fn answerer_with(server: &ScriptedServer, timeouts: AnswerTimeouts) -> Provider {
    provider(settings(server, timeouts))
}

fn question() -> AnswerRequest {
    let turn = Turn { role: Role::Visitor, text: "Are you open?".into() };
    AnswerRequest { system: "Be brief.".into(), turns: vec![turn], model: None, tools: ToolUse::default() }
}

async fn ask(answerer: &Provider) -> Result<Vec<Piece>, AnswerFault> {
    let pieces = answerer.answer(question()).await?;
    pieces.collect::<Vec<_>>().await.into_iter().collect()
}

fn hi() -> Vec<Piece> {
    vec![
        Piece::Text("Hi".into()),
        Piece::Finished(AnswerEnd { model: Some("m-1".into()), ..AnswerEnd::default() }),
    ]
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
async fn a_short_pause_is_waited_for() {
    let server = ScriptedServer::start(|request| match request.number {
        0 => error("429 Too Many Requests\r\nRetry-After: 0", ""),
        _ => fine(),
    })
    .await;
    assert_eq!(ask(&answerer(&server)).await.unwrap(), hi());
}

#[tokio::test]
async fn a_long_pause_is_told_and_kept() {
    let server = ScriptedServer::start(|_| error("429 Too Many Requests\r\nRetry-After: 60", "")).await;
    let answerer = answerer(&server);
    let fault = ask(&answerer).await.unwrap_err();
    assert!(matches!(fault, AnswerFault::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 60));
    assert!(matches!(ask(&answerer).await, Err(AnswerFault::Resting(_))));
    assert_eq!(server.requests().len(), 1, "it is not asked before its time");
}

#[tokio::test]
async fn one_that_fails_again_and_again_is_left_alone() {
    let server = ScriptedServer::start(|_| error("500 Internal Server Error", "")).await;
    let answerer = answerer(&server);
    let mut faults = Vec::new();
    for _ in 0..40 {
        faults.push(ask(&answerer).await.unwrap_err());
    }
    assert!(matches!(faults.last(), Some(AnswerFault::Resting(_))), "{faults:?}");
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn what_one_request_did_wrong_is_not_held_against_it() {
    let server = ScriptedServer::start(|_| error("400 Bad Request", "")).await;
    let answerer = answerer(&server);
    for _ in 0..10 {
        assert!(matches!(ask(&answerer).await, Err(AnswerFault::Refused { status: 400, .. })));
    }
}

#[tokio::test]
async fn a_slow_first_piece_is_raced() {
    let server = ScriptedServer::start(|request| match request.number {
        0 => Reply::hang(),
        _ => fine(),
    })
    .await;
    let hedge_after = Some(Duration::from_millis(20));
    let settings = ProviderSettings { hedge_after, ..settings(&server, AnswerTimeouts::default()) };
    assert_eq!(ask(&provider(settings)).await.unwrap(), hi());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn an_answer_has_its_price() {
    let server = ScriptedServer::start(|_| {
        let usage = "data: {\"usage\":{\"prompt_tokens\":200,\"completion_tokens\":10}}\n\n";
        Reply::text(&format!("{HEAD}{HI}{usage}{END}"))
    })
    .await;
    let price = Price { prompt: 2.0, completion: 30.0 };
    let prices = [("m-1".to_owned(), price)].into_iter().collect();
    let settings = ProviderSettings { prices, ..settings(&server, AnswerTimeouts::default()) };
    let pieces = ask(&provider(settings)).await.unwrap();
    let Some(Piece::Finished(end)) = pieces.last() else { panic!("{pieces:?}") };
    assert_eq!((end.tokens, end.cost_micros), (Tokens { prompt: 200, completion: 10 }, Some(700)));
}

#[tokio::test]
async fn the_messages_api_is_spoken_as_well() {
    let server = ScriptedServer::start(|_| Reply::text(&format!("{HEAD}{MESSAGES_STREAM}"))).await;
    let settings =
        ProviderSettings { protocol: Protocol::Anthropic, ..settings(&server, AnswerTimeouts::default()) };
    let pieces = ask(&provider(settings)).await.unwrap();
    let end = AnswerEnd {
        model: Some("m-1".into()),
        tokens: Tokens { prompt: 25, completion: 15 },
        ..AnswerEnd::default()
    };
    assert_eq!(pieces, [Piece::Text("Hel".into()), Piece::Text("lo!".into()), Piece::Finished(end)]);
    let requests = server.requests();
    let request = requests.first().unwrap();
    assert!(request.starts_with("POST /v1/messages?api-version=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("x-api-key: {KEY}\r\n")), "{request}");
    assert!(request.contains("anthropic-version: 2023-06-01\r\n"), "{request}");
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
