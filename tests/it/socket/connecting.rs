//! Who gets in, and what the first reply holds.

use serde_json::json;

use crate::support::server::Server;
use crate::support::visitor::Visitor;
use crate::support::wire::Wire;

#[tokio::test]
async fn one_frame_connects_authenticates_and_subscribes() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let visitor = Visitor::connects(&server, &chatbot).await;

    assert_eq!(visitor.frames, [1]);
    let welcome = &visitor.welcome;
    assert!(welcome["client"].is_string() && welcome["version"].is_string(), "{welcome}");
    assert_eq!((&welcome["ping"], &welcome["pong"]), (&json!(25), &json!(true)));
    assert_eq!(welcome["data"]["chatbot"]["id"], chatbot.as_str());
    let subscription = visitor.subscription();
    assert_eq!(subscription["recoverable"], true, "{welcome}");
    assert_eq!(subscription["positioned"], true, "{welcome}");
    for absent in ["offset", "recovered", "was_recovering", "publications"] {
        assert!(subscription[absent].is_null(), "a field that is zero or false is left out: {welcome}");
    }
}

#[tokio::test]
async fn every_visitor_without_a_token_gets_a_session_of_their_own() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let first = Visitor::connects(&server, &chatbot).await;
    let position = json!({ "recover": true, "epoch": first.epoch, "offset": 0 });
    let connect = json!({ "subs": { first.channel(): position } });
    let second = Visitor::connects_with(server.address(), &chatbot, connect).await;
    assert_ne!(first.session_id, second.session_id);
    assert!(second.welcome["subs"][first.channel()].is_null(), "a channel's name proves nothing");
}

#[tokio::test]
async fn a_session_can_be_opened_beforehand() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let (session, token) = server.anyone().session(&chatbot).await;
    let visitor = Visitor::connects_as(&server, &chatbot, &token).await;
    assert_eq!(visitor.session_id, session);
}

#[tokio::test]
async fn whoever_is_told_of_a_session_can_ask_for_it_at_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    for _ in 0..20 {
        let (opened, _) = server.anyone().session(&chatbot).await;
        owner.get(&format!("/v1/sessions/{opened}")).await.expect(200);
        let visitor = Visitor::connects(&server, &chatbot).await;
        owner.get(&format!("/v1/sessions/{}", visitor.session_id)).await.expect(200);
    }
}

#[tokio::test]
async fn a_forged_token_is_turned_away() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let (_, token) = server.anyone().session(&chatbot).await;
    let mut forged = token.into_bytes();
    let middle = forged.len() / 2;
    forged[middle] = if forged[middle] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for token in [forged.as_str(), "nonsense", "a.b.c"] {
        assert_eq!(connect_and_be_closed(&server, &chatbot, token).await, 3500, "{token}");
    }
}

#[tokio::test]
async fn a_token_of_another_chatbot_is_turned_away() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (here, elsewhere) = (owner.echo_chatbot().await, owner.echo_chatbot().await);
    let (_, token) = server.anyone().session(&elsewhere).await;
    assert_eq!(connect_and_be_closed(&server, &here, &token).await, 3500);
}

#[tokio::test]
async fn only_listed_origins_get_a_socket() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    owner.change(&chatbot, json!({ "allowed_origins": ["https://shop.example"] })).await;
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let status = async |origin| Wire::open(server.address(), &path, origin).await.err();

    assert_eq!(status(Some("https://shop.example")).await, None);
    for origin in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"]
    {
        assert_eq!(status(Some(origin)).await, Some(403), "{origin}");
    }
    assert_eq!(status(None).await, Some(403));
}

#[tokio::test]
async fn an_empty_list_admits_this_machine_alone() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let status = async |origin| Wire::open(server.address(), &path, origin).await.err();
    assert_eq!(status(None).await, None);
    assert_eq!(status(Some("http://localhost:3000")).await, None);
    assert_eq!(status(Some("https://shop.example")).await, Some(403));
}

#[tokio::test]
async fn there_is_no_socket_for_a_chatbot_that_does_not_exist() {
    let server = Server::start().await;
    let missing = format!("/v1/chatbots/{}/socket", uuid::Uuid::now_v7());
    assert_eq!(Wire::open(server.address(), &missing, None).await.err(), Some(404));
}

#[tokio::test]
async fn a_socket_on_which_nobody_connects_is_closed() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let mut wire = Wire::open(server.address(), &path, None).await.unwrap();
    assert_eq!(wire.hears_close().await, 3501);
}

#[tokio::test]
async fn a_token_is_renewed_on_the_open_socket() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let refresh = json!({ "refresh": { "token": visitor.token } });
    let id = visitor.begins(refresh).await;
    let reply = visitor.reply_to(id).await;
    assert!(reply["refresh"].is_object(), "{reply}");
    assert_eq!(visitor.asks("still here").await.seq, 1);
}

#[tokio::test]
async fn a_stop_of_the_server_tells_clients_to_come_back() {
    let mut server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("before").await;
    visitor.sees_answer().await;
    server.signal("TERM");
    assert_eq!(visitor.is_closed_with().await, 3001);
    assert!(server.stop().await.success());
    server.restart().await;
    assert!(visitor.returns_to(&server).await);
    assert_eq!(visitor.asks("after").await.seq, 3);
}

async fn connect_and_be_closed(server: &Server, chatbot: &str, token: &str) -> u16 {
    let path = format!("/v1/chatbots/{chatbot}/socket");
    let mut wire = Wire::open(server.address(), &path, None).await.unwrap();
    wire.says(&json!({ "id": 1, "connect": { "token": token } })).await;
    wire.hears_close().await
}
