//! Recordings go with their conversations, and nothing comes in behind them.

use std::collections::HashSet;

use aihio::store::RecordedRow;
use aihio_actors::ports::Journal;

use super::fixture::{Conversation, at, chatbot, id, tenant};
use crate::support::store::TestStore;

on_both!(
    steps_are_kept_once_and_read_in_the_order_of_lives_and_steps,
    steps_of_sessions_that_are_not_stored_are_not_kept_and_named,
    an_erased_session_or_chatbot_has_no_recording,
    old_steps_are_forgotten,
);

fn step(talk: &Conversation, life: u128, nth: u64) -> RecordedRow {
    RecordedRow {
        session_id: talk.meta.session_id,
        account_id: talk.meta.account_id,
        chatbot_id: talk.meta.chatbot_id,
        life: uuid::Uuid::from_u128(life),
        nth,
        at: at("11:00:01.000250"),
        version: 1,
        payload: format!(r#"{{"life":{life},"said":"a \u0000 b \"{nth}\""}}"#),
    }
}

async fn steps_are_kept_once_and_read_in_the_order_of_lives_and_steps(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    let mixed = [step(&talk, 2, 0), step(&talk, 1, 1), step(&talk, 1, 0)];
    for _ in 0..2 {
        assert_eq!(store.keep_recording(&mixed).await.unwrap(), HashSet::new());
    }
    let [second_life, second, first] = mixed;
    assert_eq!(tenant.recording(talk.id()).await.unwrap(), [first, second, second_life]);
    assert_eq!(store.recorded_sessions().await.unwrap(), [(tenant.account_id(), talk.id())]);
    assert_eq!(store.session_account(talk.id()).await.unwrap(), Some(tenant.account_id()));
    let stranger = super::fixture::tenant(&store).await;
    assert_eq!(stranger.recording(talk.id()).await.unwrap(), []);
}

async fn steps_of_sessions_that_are_not_stored_are_not_kept_and_named(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (stored, not_yet) = (Conversation::with(&tenant, bot), Conversation::with(&tenant, bot));
    store.append(&[stored.opens()]).await.unwrap();
    let steps = [step(&stored, 1, 0), step(&not_yet, 1, 0)];
    assert_eq!(store.keep_recording(&steps).await.unwrap(), HashSet::from([not_yet.id()]));
    assert_eq!(tenant.recording(stored.id()).await.unwrap().len(), 1);
    store.append(&[not_yet.opens()]).await.unwrap();
    assert_eq!(store.keep_recording(&steps).await.unwrap(), HashSet::new());
    assert_eq!(tenant.recording(not_yet.id()).await.unwrap().len(), 1);
    let foreign =
        RecordedRow { account_id: aihio_actors::model::AccountId::from_uuid(id()), ..step(&stored, 3, 0) };
    store.keep_recording(&[foreign]).await.unwrap();
    assert_eq!(
        tenant.recording(stored.id()).await.unwrap().len(),
        1,
        "nothing is kept under another account"
    );
}

async fn an_erased_session_or_chatbot_has_no_recording(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let (erased, left) = (Conversation::with(&tenant, bot), Conversation::with(&tenant, bot));
    store.append(&[erased.opens(), left.opens()]).await.unwrap();
    store.keep_recording(&[step(&erased, 1, 0), step(&left, 1, 0)]).await.unwrap();
    tenant.delete_session(erased.id()).await.unwrap();
    assert_eq!(store.keep_recording(&[step(&erased, 1, 1)]).await.unwrap(), HashSet::from([erased.id()]));
    assert_eq!(tenant.recording(erased.id()).await.unwrap(), []);
    assert_eq!(tenant.recording(left.id()).await.unwrap().len(), 1);
    tenant.delete_chatbot(bot).await.unwrap();
    assert_eq!(store.recorded_sessions().await.unwrap(), []);
}

async fn old_steps_are_forgotten(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    let newer = RecordedRow { at: at("12:00:00"), ..step(&talk, 2, 0) };
    store.keep_recording(&[step(&talk, 1, 0), newer.clone()]).await.unwrap();
    assert_eq!(store.forget_recordings(at("12:00:00")).await.unwrap(), 1);
    assert_eq!(tenant.recording(talk.id()).await.unwrap(), [newer]);
}
