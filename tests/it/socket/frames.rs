//! Frames that are wrong, odd, or hostile (RFC 6455).

use serde_json::json;

use crate::support::server::Server;
use crate::support::visitor::Visitor;
use crate::support::wire::{BINARY, CONTINUATION, FIN, TEXT, Wire};

const FRAME_BYTES_MAX: usize = 64 * 1024;

#[tokio::test]
async fn text_that_is_no_command_closes_the_socket() {
    for text in ["{", "nonsense", "[]", "7", "{\"id\":\"one\",\"ping\":{}}"] {
        let (_server, mut visitor) = at_an_echo().await;
        visitor.wire().says_text(text).await;
        assert_eq!(visitor.is_closed_with().await, 3501, "{text}");
    }
}

#[tokio::test]
async fn a_command_before_connect_closes_the_socket() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let mut wire = Wire::open(server.address(), &path, None).await.unwrap();
    wire.says(&json!({ "id": 1, "rpc": { "method": "message.send", "data": { "id": "a", "text": "hi" } } }))
        .await;
    assert_eq!(wire.hears_close().await, 3501);
}

#[tokio::test]
async fn a_second_connect_closes_the_socket() {
    let (_server, mut visitor) = at_an_echo().await;
    visitor.begins(json!({ "connect": {} })).await;
    assert_eq!(visitor.is_closed_with().await, 3501);
}

#[tokio::test]
async fn a_frame_over_the_limit_closes_with_1009() {
    let (_server, mut visitor) = at_an_echo().await;
    visitor.wire().says_frame(FIN | TEXT, &[b' '; FRAME_BYTES_MAX + 1]).await;
    assert_eq!(visitor.is_closed_with().await, 1009);
}

#[tokio::test]
async fn fragments_that_add_up_to_more_than_the_limit_close_with_1009() {
    let (_server, mut visitor) = at_an_echo().await;
    let half = [b' '; FRAME_BYTES_MAX / 2 + 1];
    visitor.wire().says_frame(TEXT, &half).await;
    visitor.wire().says_frame(FIN | CONTINUATION, &half).await;
    assert_eq!(visitor.is_closed_with().await, 1009);
}

#[tokio::test]
async fn the_largest_frame_is_read() {
    let (_server, mut visitor) = at_an_echo().await;
    let mut frame = json!({ "id": 77, "ping": {} }).to_string();
    frame.push_str(&" ".repeat(FRAME_BYTES_MAX - frame.len()));
    visitor.wire().says_text(&frame).await;
    assert!(visitor.reply_to(77).await["error"].is_null());
}

#[tokio::test]
async fn a_binary_frame_closes_with_1003() {
    let (_server, mut visitor) = at_an_echo().await;
    visitor.wire().says_frame(FIN | BINARY, b"{}").await;
    assert_eq!(visitor.is_closed_with().await, 1003);
}

#[tokio::test]
async fn text_that_is_no_utf_8_closes_with_1007() {
    let (_server, mut visitor) = at_an_echo().await;
    visitor.wire().says_frame(FIN | TEXT, b"{\"id\":9,\"ping\":{}} \xff").await;
    assert_eq!(visitor.is_closed_with().await, 1007);
}

#[tokio::test]
async fn a_message_in_fragments_is_one_message() {
    let (_server, mut visitor) = at_an_echo().await;
    let text =
        json!({ "id": 9, "rpc": { "method": "message.send", "data": { "id": "ü", "text": "größer" } } });
    let text = text.to_string();
    let inside_a_character = text.find('ü').unwrap() + 1;
    let (first, second) = text.as_bytes().split_at(inside_a_character);
    visitor.wire().says_frame(TEXT, first).await;
    visitor.wire().says_frame(FIN | 0x9, b"a ping between fragments").await;
    visitor.wire().says_frame(FIN | CONTINUATION, second).await;
    assert_eq!(visitor.reply_to(9).await["rpc"]["data"]["seq"], 1);
    assert_eq!(visitor.sees_answer().await.text(), "größer");
}

#[tokio::test]
async fn a_continuation_of_nothing_closes_with_1002() {
    let (_server, mut visitor) = at_an_echo().await;
    visitor.wire().says_frame(FIN | CONTINUATION, b"{}").await;
    assert_eq!(visitor.is_closed_with().await, 1002);
}

#[tokio::test]
async fn a_frame_may_hold_several_commands() {
    let (_server, mut visitor) = at_an_echo().await;
    let send = |id: u64| json!({ "id": id, "rpc": { "method": "message.send", "data": { "id": id.to_string(), "text": "hi" } } });
    visitor.wire().says_text(&format!("{}\n{}\n", send(10), send(11))).await;
    let (first, second) = (visitor.reply_to(10).await, visitor.reply_to(11).await);
    let seq = |reply: &serde_json::Value| reply["rpc"]["data"]["seq"].as_u64().unwrap();
    assert!(seq(&first) < seq(&second), "{first} {second}");
}

async fn at_an_echo() -> (Server, Visitor) {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let visitor = Visitor::connects(&server, &chatbot).await;
    (server, visitor)
}
