//! What was deleted is gone from the memory that nodes share, too.

use redis::Commands;

use crate::support::patience::until;
use crate::support::redis::Redis;
use crate::support::server::Server;
use crate::support::visitor::Visitor;

const SAID: &str = "a-word-that-nobody-else-says";
/// Turns after which a session does not remember the first.
const MORE_THAN_IS_AT_HAND: usize = 40;

#[tokio::test]
async fn a_deleted_chatbot_leaves_no_word_of_its_conversations_in_redis() {
    let redis = Redis::start();
    let mut server = Server::plan().with("AIHIO__REDIS__URL", redis.url()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    for _ in 0..MORE_THAN_IS_AT_HAND {
        visitor.asks(SAID).await;
        visitor.sees_answer().await;
    }
    assert!(server.stop().await.success());
    server.restart().await;
    // A Redis that is slow is left alone for a while: then it is not there yet.
    for _ in 0..20 {
        visitor.offset = 0;
        assert!(visitor.returns_to(&server).await, "it gets all that it has not seen");
        if mentions(&redis, SAID) > 0 {
            break;
        }
    }
    assert!(mentions(&redis, SAID) > 0, "what was read of the conversation lies in Redis");

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
