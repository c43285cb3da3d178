//! Chatbots and their configurations.

use aihio::store::{Change, Existence, NewChatbot, StoreError};
use aihio_actors::model::{ChatbotConfig, ChatbotId, ConfigVersion, Seq};
use aihio_actors::ports::{Catalog, Jobs, Journal, Snapshot, SnapshotKey, Snapshots};

use super::fixture::{Conversation, at, chatbot, id, source, tenant};
use crate::support::store::TestStore;

on_both!(
    a_chatbot_is_found_with_its_configuration,
    a_slug_is_taken_once_over_all_accounts,
    of_two_who_save_at_once_one_wins,
    an_erased_chatbot_leaves_nothing_behind,
);

fn new(slug: &str) -> NewChatbot {
    let chatbot_id = ChatbotId::from_uuid(id());
    NewChatbot {
        chatbot_id,
        slug: slug.into(),
        config: ChatbotConfig::named("Bot"),
        created_by: None,
        at: at("10:00:00"),
    }
}

async fn a_chatbot_is_found_with_its_configuration(store: TestStore) {
    let tenant = tenant(&store).await;
    let made = tenant.create_chatbot(new("bot")).await.unwrap();
    let id = made.record.chatbot_id;
    assert_eq!(made.record.config, ChatbotConfig::named("Bot"));
    assert_eq!(tenant.chatbot(id).await.unwrap(), Some(made.clone()));
    assert_eq!(tenant.chatbot_by_slug("bot").await.unwrap(), Some(made.clone()));
    assert_eq!(Catalog::find(&*store, id).await.unwrap(), Some(made.record));
    assert_eq!(store.chatbot_account(id).await.unwrap(), Some(tenant.account_id()));
    assert_eq!(tenant.count_chatbots().await.unwrap(), 1);
}

async fn a_slug_is_taken_once_over_all_accounts(store: TestStore) {
    tenant(&store).await.create_chatbot(new("bot")).await.unwrap();
    let second = tenant(&store).await.create_chatbot(new("bot")).await;
    assert!(matches!(second, Err(StoreError::Conflict("slug"))), "{second:?}");
}

async fn of_two_who_save_at_once_one_wins(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (left, right) = (ChatbotConfig::named("Left"), ChatbotConfig::named("Right"));
    let change = Change { by: None, at: at("10:01:00") };
    let (first, second) = tokio::join!(
        tenant.save_config(bot, ConfigVersion(1), &left, change),
        tenant.save_config(bot, ConfigVersion(1), &right, change),
    );
    let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(won.unwrap(), ConfigVersion(2));
    assert!(matches!(lost, Err(StoreError::Conflict("config_version"))), "{lost:?}");

    let page = aihio::store::Page { limit: 1, cursor: None };
    let versions = tenant.versions(bot, &page).await.unwrap();
    assert_eq!(versions.items[0].version, ConfigVersion(2));
    let cursor = aihio::store::Cursor::parse(&versions.next_cursor.unwrap()).unwrap();
    let rest = tenant.versions(bot, &aihio::store::Page { limit: 1, cursor: Some(cursor) }).await.unwrap();
    assert_eq!((rest.items[0].version, rest.next_cursor), (ConfigVersion(1), None));
    let first = tenant.config_at(bot, ConfigVersion(1)).await.unwrap().unwrap();
    assert_eq!(first.config, ChatbotConfig::named("Bot"));
    assert_eq!(tenant.config_at(bot, ConfigVersion(9)).await.unwrap(), None);
}

async fn an_erased_chatbot_leaves_nothing_behind(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (source_id, job) = source(&tenant, bot).await;
    let talk = Conversation::with(&tenant, bot);
    store.append(&[talk.opens(), talk.visitor_says(1, "a", "hi")]).await.unwrap();
    let key = SnapshotKey { kind: "session", id: talk.id().as_uuid() };
    Snapshots::save(&*store, key, Snapshot { version: 1, seq: 1, bytes: "x".into() }).await.unwrap();

    assert_eq!(tenant.delete_chatbot(bot).await.unwrap(), Existence::Present);
    assert_eq!(tenant.delete_chatbot(bot).await.unwrap(), Existence::Absent);
    assert_eq!(Catalog::find(&*store, bot).await.unwrap(), None);
    assert_eq!(tenant.source(source_id).await.unwrap(), None);
    assert_eq!(Jobs::find(&*store, job.job_id).await.unwrap(), None);
    assert_eq!(tenant.session(talk.id()).await.unwrap(), None);
    assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap(), []);
    assert_eq!(Snapshots::load(&*store, key).await.unwrap(), None);
}
