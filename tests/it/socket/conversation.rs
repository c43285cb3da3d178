//! Asking and being answered.

use serde_json::json;

use crate::support::model::{Model, Turn};
use crate::support::server::Server;
use crate::support::visitor::Visitor;

#[tokio::test]
async fn what_is_ready_together_leaves_in_one_frame() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let sent = visitor.asks("Hello there").await;
    let own = visitor.sees_message_from("visitor").await;
    let answer = visitor.sees_answer().await;

    assert_eq!(
        visitor.frames,
        [1, 3],
        "the reply, the message and the whole answer are three lines of one frame"
    );
    assert_eq!((sent.seq, sent.duplicate), (1, false));
    assert_eq!((own.offset, own.data["text"].as_str()), (Some(1), Some("Hello there")));
    assert_eq!(own.data["client_id"], sent.client_id);
    assert_eq!((answer.offset, answer.text(), answer.deltas), (2, "Hello there", 0));
    assert_eq!(answer.message["reply_to"], own.data["message_id"]);
}

#[tokio::test]
async fn a_message_sent_twice_is_stored_once() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let first = visitor.sends("a", "once").await.unwrap();
    visitor.sees_answer().await;
    let second = visitor.sends("a", "once").await.unwrap();
    assert_eq!((first.duplicate, second.duplicate), (false, true));
    assert_eq!(first.seq, second.seq);
    assert_eq!(visitor.sends("b", "twice").await.unwrap().seq, 3);
    visitor.sees_answer().await;

    let history = owner.history(&visitor.session_id).await;
    let texts: Vec<&str> = history.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["once", "once", "twice", "twice"]);
}

#[tokio::test]
async fn two_visitors_may_use_the_same_message_id() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    for _ in 0..2 {
        let mut visitor = Visitor::connects(&server, &chatbot).await;
        assert!(!visitor.sends("the same", "hello").await.unwrap().duplicate);
    }
}

#[tokio::test]
async fn the_pieces_of_an_answer_make_its_text() {
    let text = "Grüße – 你好, a 👩‍🔬 and \"quotes\"\nin two lines.";
    let model = Model::with([Turn::saying(text)]).await;
    let server = model.known_to(Server::plan()).start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What colour is the pump?").await;
    let answer = visitor.sees_answer().await;
    assert_eq!(answer.text(), text);
    assert_eq!(answer.streamed, text);
    assert!(answer.deltas > 0);
}

#[tokio::test]
async fn pieces_come_while_the_answer_is_being_written() {
    let model = Model::with([Turn::dripping("one two three")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("What colour is the pump?").await;
    for (n, piece) in ["one ", "two ", "three"].into_iter().enumerate() {
        model.lets(1);
        let delta = visitor.sees("delta").await;
        assert_eq!((delta.offset, &delta.data["n"], &delta.data["text"]), (None, &json!(n), &json!(piece)));
    }
    assert_eq!(visitor.sees_message_from("assistant").await.data["text"], "one two three");
}

#[tokio::test]
async fn everybody_in_a_session_sees_the_same() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut one = Visitor::connects(&server, &chatbot).await;
    let mut other = Visitor::connects_as(&server, &chatbot, &one.token.clone()).await;
    one.asks("from one tab").await;
    let (here, there) = (one.sees_answer().await, other.sees_answer().await);
    assert_eq!(here.message, there.message);
    other.asks("from another").await;
    assert_eq!(one.sees_answer().await.text(), "from another");
}

#[tokio::test]
async fn questions_are_answered_in_their_order() {
    let server = Server::start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    let mut commands = Vec::new();
    for number in 0..10 {
        let data = json!({ "id": format!("m{number}"), "text": format!("question {number}") });
        commands.push(visitor.begins(json!({ "rpc": { "method": "message.send", "data": data } })).await);
    }
    let mut seqs = Vec::new();
    for command in commands {
        seqs.push(visitor.reply_to(command).await["rpc"]["data"]["seq"].as_u64().unwrap());
    }
    assert!(seqs.is_sorted_by(|a, b| a < b), "{seqs:?}");
    for number in 0..10 {
        assert_eq!(visitor.sees_answer().await.text(), format!("question {number}"));
    }
}
