//! Connections to servers that forget, stream and misbehave.

use std::time::Duration;

use super::*;
use crate::crawl::Guard;
use crate::scripted_server::{Reply, Request, ScriptedServer};

fn reply(status: &str, headers: &str, body: &str) -> Reply {
    Reply::text(&format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

fn json_reply(headers: &str, message: &Value) -> Reply {
    reply("200 OK", &format!("content-type: application/json\r\n{headers}"), &message.to_string())
}

/// The message in a request.
fn message_of(request: &Request) -> Value {
    let (_, body) = request.text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_default()
}

fn method_of(request: &Request) -> String {
    message_of(request)["method"].as_str().unwrap_or_default().to_owned()
}

fn result(request: &Request, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": message_of(request)["id"], "result": result})
}

/// What a server says to all that comes before tools.
fn greeting(request: &Request, session: &str) -> Option<Reply> {
    match method_of(request).as_str() {
        "initialize" => {
            let told = json!({"protocolVersion": "2025-06-18", "capabilities": {}});
            Some(json_reply(&format!("mcp-session-id: {session}\r\n"), &result(request, &told)))
        }
        "notifications/initialized" | "notifications/cancelled" => Some(reply("202 Accepted", "", "")),
        "" => Some(reply("405 Method Not Allowed", "", "")),
        _ => None,
    }
}

fn connection(server: &ScriptedServer) -> Connection {
    let guard = Guard::new(&[server.address.to_string()]).unwrap();
    let http = SafeHttp::new(guard, Duration::from_secs(60)).unwrap();
    Connection::new(http, server.url("/mcp").parse().unwrap(), HeaderMap::new())
}

fn methods(server: &ScriptedServer) -> Vec<String> {
    let requests = server.requests().into_iter().enumerate();
    requests.map(|(number, text)| method_of(&Request { text, number })).collect()
}

#[tokio::test]
async fn lists_are_read_page_by_page_in_one_session() {
    let server = ScriptedServer::start(|request| {
        greeting(request, "s-1").unwrap_or_else(|| {
            let page = match message_of(request)["params"]["cursor"].as_str() {
                None => json!({"tools": [{"name": "one"}], "nextCursor": "2"}),
                Some(_) => json!({"tools": [{"name": "two"}]}),
            };
            json_reply("", &result(request, &page))
        })
    })
    .await;
    let tools = connection(&server).tools().await.unwrap();
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["one", "two"]);
    let requests = server.requests();
    assert_eq!(
        methods(&server)[..4],
        ["initialize", "notifications/initialized", "tools/list", "tools/list"]
    );
    assert!(!requests[0].to_lowercase().contains("mcp-session-id"), "{}", requests[0]);
    for request in &requests[1..4] {
        let head = request.to_lowercase();
        assert!(
            head.contains("mcp-session-id: s-1") && head.contains("mcp-protocol-version: 2025-06-18"),
            "{head}"
        );
        assert!(head.contains("accept: application/json, text/event-stream"), "{head}");
    }
}

#[tokio::test]
async fn a_server_that_has_forgotten_the_session_is_greeted_again() {
    let server = ScriptedServer::start(|request| {
        let session = if request.number < 3 { "old" } else { "new" };
        greeting(request, session).unwrap_or_else(|| match request.text.contains("mcp-session-id: new") {
            true => json_reply("", &result(request, &json!({"content": [{"type": "text", "text": "done"}]}))),
            false => reply("404 Not Found", "", ""),
        })
    })
    .await;
    let output = connection(&server).call("look", Map::new()).await.unwrap();
    assert_eq!(output.text, "done");
    let expected = ["initialize", "notifications/initialized", "tools/call"];
    assert_eq!(methods(&server)[..6], [expected, expected].concat());
}

#[tokio::test]
async fn a_server_that_knows_no_handshake_is_asked_without() {
    let server = ScriptedServer::start(|request| match method_of(request).as_str() {
        "initialize" => reply("400 Bad Request", "content-type: application/json\r\n", "{\"error\":{}}"),
        _ => json_reply("", &result(request, &json!({"resultType": "complete", "content": []}))),
    })
    .await;
    let connection = connection(&server);
    for _ in 0..2 {
        connection.call("look päivää", Map::new()).await.unwrap();
    }
    assert_eq!(methods(&server), ["initialize", "tools/call", "tools/call"]);
    let text = server.requests()[1].clone();
    let head = text.to_lowercase();
    for header in ["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: =?base64?bg9vayb"]
    {
        assert!(head.contains(header), "no {header} in {head}");
    }
    let meta = &message_of(&Request { text, number: 1 })["params"]["_meta"];
    assert_eq!(meta["io.modelcontextprotocol/protocolVersion"], "2026-07-28");
    assert_eq!(meta["io.modelcontextprotocol/clientCapabilities"], json!({}));
}

#[tokio::test]
async fn an_answer_is_taken_out_of_a_stream_that_stays_open() {
    let server = ScriptedServer::start(|request| {
        greeting(request, "s").unwrap_or_else(|| {
            let news = json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": {}});
            let answer = result(request, &json!({"content": [{"type": "text", "text": "streamed"}]}));
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
            let stream = format!("{head}id: 1\ndata:\n\nevent: message\ndata: {news}\n\ndata: {answer}\n\n");
            Reply::dripping(&stream, Duration::from_secs(1))
        })
    })
    .await;
    assert_eq!(connection(&server).call("look", Map::new()).await.unwrap().text, "streamed");
}

#[tokio::test]
async fn what_is_no_answer_is_a_fault() {
    type Answering = fn(&Request) -> Reply;
    let cases: [(&str, Answering); 5] = [
        ("status 500", |_| reply("500 Internal Server Error", "", "")),
        ("no JSON", |_| reply("200 OK", "content-type: application/json\r\n", "<html>")),
        ("something else", |_| json_reply("", &json!({"id": 999, "result": {}}))),
        ("without a result", |_| reply("200 OK", "content-type: text/event-stream\r\n", "data: {}\n\n")),
        ("reports: no", |request| {
            json_reply("", &json!({"id": message_of(request)["id"], "error": {"code": 1, "message": "no"}}))
        }),
    ];
    for (says, answer) in cases {
        let server =
            ScriptedServer::start(move |request| greeting(request, "s").unwrap_or_else(|| answer(request)));
        let server = server.await;
        let fault = connection(&server).call("look", Map::new()).await.unwrap_err();
        assert!(fault.to_string().contains(says), "{fault}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_and_the_session_ended() {
    let server = ScriptedServer::start(|request| greeting(request, "s").unwrap_or_else(Reply::hang)).await;
    let connection = connection(&server);
    let count = |name: &str| methods(&server).iter().filter(|method| *method == name).count();
    tokio::select! {
        _ = connection.call("wait", Map::new()) => panic!("it never ends"),
        () = async { while count("tools/call") == 0 { tokio::task::yield_now().await } } => {}
    }
    while count("notifications/cancelled") == 0 {
        tokio::task::yield_now().await;
    }
    drop(connection);
    while !server.requests().iter().any(|request| request.starts_with("DELETE /mcp")) {
        tokio::task::yield_now().await;
    }
}
