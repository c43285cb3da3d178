//! Another account's ids find nothing and change nothing.

use aihio::store::{Change, Existence, NewApiKey, NewUpload, Page, StoreError};
use aihio_actors::model::{ApiKeyId, ChatbotConfig, ConfigVersion, Seq, UploadId, UsageKind};
use aihio_actors::ports::{BlobKey, Journal, Outcome};

use super::fixture::{Conversation, at, chatbot, id, job, message_of, source, tenant};
use crate::support::store::TestStore;

on_both!(
    another_account_s_rows_are_not_found,
    another_account_s_rows_are_not_changed,
    another_account_s_sessions_are_not_written,
);

async fn another_account_s_rows_are_not_found(store: TestStore) {
    let (owner, stranger) = (tenant(&store).await, tenant(&store).await);
    let bot = chatbot(&owner).await;
    let slug = owner.chatbot(bot).await.unwrap().unwrap().record.slug;
    let (source_id, job) = source(&owner, bot).await;
    let talk = Conversation::with(&owner, bot);
    let answer = talk.is_answered(1, "ho");
    store.append(&[talk.opens(), answer.clone()]).await.unwrap();
    let upload_id = UploadId::from_uuid(id());
    let upload = NewUpload {
        upload_id,
        chatbot_id: bot,
        filename: "a.pdf".into(),
        content_type: "application/pdf".into(),
        size: 9,
        sha256: None,
        blob_key: BlobKey("k".into()),
        expires_at: at("11:00:00"),
        at: at("10:00:00"),
    };
    owner.create_upload(upload).await.unwrap();
    assert_eq!(owner.upload(upload_id).await.unwrap().unwrap().size, 9);

    let page = Page { limit: 9, cursor: None };
    assert_eq!(stranger.chatbot(bot).await.unwrap(), None);
    assert_eq!(stranger.chatbot_by_slug(&slug).await.unwrap(), None);
    assert_eq!(stranger.chatbots(&page).await.unwrap().items, []);
    assert_eq!(stranger.count_chatbots().await.unwrap(), 0);
    assert_eq!(stranger.versions(bot, &page).await.unwrap().items, []);
    assert_eq!(stranger.config_at(bot, ConfigVersion(1)).await.unwrap(), None);
    assert_eq!(stranger.upload(upload_id).await.unwrap(), None);
    assert_eq!(stranger.source(source_id).await.unwrap(), None);
    assert_eq!(stranger.sources(bot, &page).await.unwrap().items, []);
    assert_eq!(stranger.count_sources(bot).await.unwrap(), 0);
    assert_eq!(stranger.job(job.job_id).await.unwrap(), None);
    assert_eq!(stranger.jobs(bot, &page).await.unwrap().items, []);
    assert_eq!(stranger.session(talk.id()).await.unwrap(), None);
    assert_eq!(stranger.sessions(bot, &page).await.unwrap().items, []);
    assert_eq!(stranger.messages(talk.id(), Seq::START, 9).await.unwrap(), []);
    assert_eq!(stranger.receipt(message_of(&answer)).await.unwrap(), None);
    assert_eq!(stranger.leads(bot, &page).await.unwrap().items, []);
    assert_eq!(stranger.feedback(bot, &page).await.unwrap().items, []);
    assert_eq!(stranger.usage_by_day(at("00:00:00")..at("23:00:00"), at("23:59:59")).await.unwrap(), []);
    assert_eq!(stranger.usage_total(UsageKind::Answer, at("00:00:00")).await.unwrap(), 0);
    assert_eq!(stranger.audit_log(&page).await.unwrap().items, []);
}

async fn another_account_s_rows_are_not_changed(store: TestStore) {
    let (owner, stranger) = (tenant(&store).await, tenant(&store).await);
    let bot = chatbot(&owner).await;
    let (source_id, _) = source(&owner, bot).await;
    let talk = Conversation::with(&owner, bot);
    store.append(&[talk.opens(), talk.visitor_says(1, "a", "hi")]).await.unwrap();
    let api_key_id = ApiKeyId::from_uuid(id());
    let (name, prefix, scopes) = (String::from("CI"), String::from("p"), Vec::new());
    let key = NewApiKey { api_key_id, name, prefix, hash: [1; 32], scopes, by: None, at: at("10:00:00") };
    owner.create_api_key(key).await.unwrap();

    let config = ChatbotConfig::named("Mine now");
    let saved =
        stranger.save_config(bot, ConfigVersion(1), &config, Change { by: None, at: at("10:00:00") }).await;
    assert!(matches!(saved, Err(StoreError::Conflict(_))), "{saved:?}");
    let theirs = job(stranger.account_id(), bot, source_id);
    assert!(matches!(stranger.add_job(&theirs).await, Err(StoreError::Conflict("source"))));
    assert_eq!(stranger.delete_chatbot(bot).await.unwrap(), Existence::Absent);
    assert_eq!(stranger.delete_source(source_id).await.unwrap(), Existence::Absent);
    assert_eq!(stranger.delete_session(talk.id()).await.unwrap(), Existence::Absent);
    assert_eq!(stranger.revoke_api_key(api_key_id, at("10:00:00")).await.unwrap(), Existence::Absent);

    assert_eq!(owner.chatbot(bot).await.unwrap().unwrap().record.config.name, "Bot");
    assert_eq!(owner.messages(talk.id(), Seq::START, 9).await.unwrap().len(), 1);
    assert!(owner.source(source_id).await.unwrap().is_some());
    assert!(store.api_key_by_hash([1; 32]).await.unwrap().is_some());
}

async fn another_account_s_sessions_are_not_written(store: TestStore) {
    let (owner, stranger) = (tenant(&store).await, tenant(&store).await);
    let talk = Conversation::with(&owner, chatbot(&owner).await);
    store.append(&[talk.opens()]).await.unwrap();
    let mut forged = talk.visitor_says(1, "a", "hi");
    forged.account_id = stranger.account_id();
    assert_eq!(store.append(&[forged]).await.unwrap(), [Outcome::Conflict]);
    assert_eq!(owner.messages(talk.id(), Seq::START, 9).await.unwrap(), []);
}
