//! The published clients of the Centrifugal protocol.

use serde_json::{Value, json};

use crate::support::model::{Model, Turn};
use crate::support::proxy::Proxy;
use crate::support::published::{Client, Published};
use crate::support::server::Server;

#[tokio::test]
async fn the_javascript_client_is_served() {
    is_served(Client::JavaScript).await;
}

#[tokio::test]
async fn the_python_client_is_served() {
    is_served(Client::Python).await;
}

#[tokio::test]
async fn the_javascript_client_recovers_from_a_cut() {
    recovers_from_a_cut(Client::JavaScript).await;
}

#[tokio::test]
async fn the_python_client_recovers_from_a_cut() {
    recovers_from_a_cut(Client::Python).await;
}

async fn is_served(client: Client) {
    let model = Model::with([Turn::saying("The pump is blue.")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let (session, token) = server.anyone().session(&chatbot).await;
    let Some(mut client) = Published::connects(client, server.address(), &chatbot, &token) else { return };

    let connected = client.tells("connected", |_| true).await;
    assert_eq!(connected["data"]["session_id"], session.as_str());
    client.tells("subscribed", |event| event["channel"] == format!("session:{session}")).await;
    assert_eq!(client.sends("a", "What colour is the pump?").await, json!({ "seq": 1, "duplicate": false }));
    let own = client.sees(|data| data["role"] == "visitor").await;
    assert_eq!((&own["offset"], &own["data"]["client_id"]), (&json!(1), &json!("a")));
    let mut streamed = String::new();
    for n in 0..4 {
        let delta = client.sees(|data| data["type"] == "delta").await;
        assert_eq!((&delta["offset"], &delta["data"]["n"]), (&Value::Null, &json!(n)));
        streamed.push_str(delta["data"]["text"].as_str().unwrap());
    }
    let answer = client.sees(|data| data["role"] == "assistant").await;
    assert_eq!((&answer["offset"], &answer["data"]["text"]), (&json!(2), &json!(streamed)));

    assert_eq!(client.sends("a", "What colour is the pump?").await, json!({ "seq": 1, "duplicate": true }));
    let refused = client.calls("nope", json!({})).await;
    assert_eq!(refused["error"]["code"], 104, "{refused}");
    let unseen = publications(&mut client);
    assert!(unseen.is_empty(), "nothing else was published: {unseen:?}");
}

async fn recovers_from_a_cut(client: Client) {
    let model = Model::with([Turn::dripping("one two three four")]).await;
    let server = model.known_to(Server::plan()).start().await;
    let chatbot = server.owner().await.model_chatbot("scripted").await;
    let (_, token) = server.anyone().session(&chatbot).await;
    let network = Proxy::before(server.address()).await;
    let Some(mut client) = Published::connects(client, network.address(), &chatbot, &token) else { return };

    client.sends("a", "What colour is the pump?").await;
    model.lets(2);
    client.sees(|data| data["type"] == "delta" && data["n"] == 1).await;
    assert_eq!(network.cuts(), 1);
    let back = client.tells("subscribed", |event| event["wasRecovering"] == true).await;
    assert_eq!(back["recovered"], true);
    let snapshot = client.sees(|data| data["type"] == "snapshot").await;
    assert_eq!(snapshot["data"]["text"], "one two ");
    model.lets(2);
    let answer = client.sees(|data| data["role"] == "assistant").await;
    assert_eq!(answer["data"]["text"], "one two three four");
    assert_eq!(client.sends("a", "What colour is the pump?").await, json!({ "seq": 1, "duplicate": true }));

    let publications = publications(&mut client);
    let own = publications.iter().filter(|event| event["data"]["role"] == "visitor").count();
    let answers = publications.iter().filter(|event| event["data"]["role"] == "assistant").count();
    assert_eq!((own, answers), (1, 0), "each message came once: {publications:?}");
}

fn publications(client: &mut Published) -> Vec<Value> {
    client.unseen().into_iter().filter(|event| event["event"] == "publication").collect()
}
