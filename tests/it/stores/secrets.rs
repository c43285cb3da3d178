//! Secrets of chatbots, as they are kept.

use aihio::store::Existence;

use super::fixture::{at, chatbot, tenant};
use crate::support::store::TestStore;

on_both!(
    a_secret_is_kept_until_it_is_replaced_or_deleted,
    secrets_of_another_account_are_neither_read_nor_written,
);

async fn a_secret_is_kept_until_it_is_replaced_or_deleted(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    assert_eq!(tenant.chatbot_secret(bot, "token").await.unwrap(), None);
    for (sealed, time) in [(vec![0, 1, 255], "10:00:00"), (vec![2], "11:00:00")] {
        tenant.save_chatbot_secret(bot, ("token", sealed.clone()), at(time)).await.unwrap();
        assert_eq!(tenant.chatbot_secret(bot, "token").await.unwrap(), Some(sealed));
        let [listed] = &tenant.chatbot_secrets(bot).await.unwrap()[..] else { panic!("one secret") };
        assert_eq!((listed.name.as_str(), listed.updated_at), ("token", at(time)));
    }
    assert_eq!(tenant.delete_chatbot_secret(bot, "token").await.unwrap(), Existence::Present);
    assert_eq!(tenant.delete_chatbot_secret(bot, "token").await.unwrap(), Existence::Absent);
    assert_eq!(tenant.chatbot_secrets(bot).await.unwrap(), []);
}

async fn secrets_of_another_account_are_neither_read_nor_written(store: TestStore) {
    let (owner, stranger) = (tenant(&store).await, tenant(&store).await);
    let bot = chatbot(&owner).await;
    owner.save_chatbot_secret(bot, ("token", vec![1]), at("10:00:00")).await.unwrap();
    stranger.save_chatbot_secret(bot, ("token", vec![2]), at("11:00:00")).await.unwrap();
    stranger.save_chatbot_secret(bot, ("other", vec![2]), at("11:00:00")).await.unwrap();
    assert_eq!(stranger.chatbot_secret(bot, "token").await.unwrap(), None);
    assert_eq!(stranger.chatbot_secrets(bot).await.unwrap(), []);
    assert_eq!(stranger.delete_chatbot_secret(bot, "token").await.unwrap(), Existence::Absent);
    assert_eq!(owner.chatbot_secret(bot, "token").await.unwrap(), Some(vec![1]));
    assert_eq!(owner.chatbot_secrets(bot).await.unwrap().len(), 1);
}
