//! What was deleted is gone from the memory that nodes share, too.

use redis::Commands;

use crate::support::patience::until;
use crate::support::redis::Redis;
use crate::support::server::Server;
use crate::support::visitor::Visitor;

const SAID: &str = "a-word-that-nobody-else-says";

#[tokio::test]
async fn a_deleted_chatbot_leaves_no_word_of_its_conversations_in_redis() {
    let redis = Redis::start();
    let mut server = Server::plan().with("AIHIO__REDIS__URL", redis.url()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks(SAID).await;
    visitor.sees_answer().await;
    assert!(server.stop().await.success());
    server.restart().await;
    assert!(visitor.returns_to(&server).await);
    assert!(mentions(&redis, SAID) > 0, "a conversation that woke lies in Redis");

    let owner = server.owner().await;
    owner.delete(&format!("/v1/chatbots/{chatbot}")).await.expect(204);
    until("the last word to go", async || (mentions(&redis, SAID) == 0).then_some(())).await;
}

/// Keys whose content holds `text`.
fn mentions(redis: &Redis, text: &str) -> usize {
    let mut connection = redis::Client::open(redis.url()).unwrap().get_connection().unwrap();
    let keys: Vec<String> = connection.keys("*").unwrap();
    let mut holds = |key: &String| {
        let bytes: Option<Vec<u8>> = connection.hget(key, "bytes").unwrap();
        bytes.is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
    };
    keys.iter().filter(|key| holds(key)).count()
}
