//! The process ends, whatever hangs.

use std::io::Write;
use std::net::TcpStream;

use super::patient;
use crate::support::server::Server;
use crate::support::visitor::Visitor;
use crate::support::wire::Wire;

#[tokio::test]
async fn peers_that_say_nothing_do_not_hold_it_up() {
    let mut server = Server::plan().with("AIHIO__HTTP__DRAIN_SECONDS", "2").start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let half_a_request = || {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{").unwrap();
        stream
    };
    let _unfinished = [half_a_request(), half_a_request()];
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let _silent = Wire::open(server.address(), &path, None).await.unwrap();
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    server.signal("TERM");
    assert_eq!(visitor.is_closed_with().await, 3001);
    assert!(server.ends().await.success());
}

#[tokio::test]
async fn event_streams_end_so_that_their_readers_come_back() {
    let mut server = patient(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let (_, token) = server.anyone().session(&chatbot).await;
    let visitor = server.anyone().bearing(&token);
    let events = visitor.request(reqwest::Method::GET, &format!("/v1/chatbots/{chatbot}/events"));
    let events = events.send().await.unwrap();
    assert_eq!(events.status(), 200);
    server.signal("TERM");
    let whole = events.text().await.expect("the stream ends as a whole");
    assert!(whole.starts_with("event: session"), "{whole}");
    assert!(server.ends().await.success());
}
