//! People, keys, and the keys of the installation.

use aihio::store::{Existence, MemberRole, NewApiKey, NewUser, Operator, Page, StoreError};
use aihio_actors::model::ApiKeyId;

use super::fixture::{at, id, new_user, tenant};
use crate::support::store::TestStore;

on_both!(
    the_first_person_runs_the_installation,
    an_address_is_taken_whatever_its_case,
    a_key_is_found_by_its_hash_until_it_is_revoked,
    of_two_processes_the_first_one_s_secret_counts,
    an_account_takes_another_name,
);

async fn the_first_person_runs_the_installation(store: TestStore) {
    assert_eq!(store.users_exist().await.unwrap(), Existence::Absent);
    let (first, second) = (new_user(), new_user());
    store.register(first.clone()).await.unwrap();
    store.register(second.clone()).await.unwrap();
    assert_eq!(store.users_exist().await.unwrap(), Existence::Present);
    let found = store.user(first.user_id).await.unwrap().unwrap();
    assert_eq!((found.role, found.operator), (MemberRole::Owner, Operator::Yes));
    assert_eq!((found.account_id, found.account_name), (first.account_id, first.account_name));
    let found = store.user_by_email(&second.email.to_uppercase()).await.unwrap().unwrap();
    assert_eq!((found.user_id, found.operator), (second.user_id, Operator::No));
    assert_eq!(store.user_by_email("nobody@example.test").await.unwrap(), None);

    store.set_password(first.user_id, "$new$").await.unwrap();
    assert_eq!(store.user(first.user_id).await.unwrap().unwrap().password_hash.as_deref(), Some("$new$"));
}

async fn an_address_is_taken_whatever_its_case(store: TestStore) {
    store.register(NewUser { email: "Ada@Example.test".into(), ..new_user() }).await.unwrap();
    let second = NewUser { email: "ada@example.TEST".into(), ..new_user() };
    let account = second.account_id;
    let refused = store.register(second).await;
    assert!(matches!(refused, Err(StoreError::Conflict("email"))), "{refused:?}");
    assert_eq!(store.tenant(account).account().await.unwrap(), None, "nothing of it was stored");
}

async fn a_key_is_found_by_its_hash_until_it_is_revoked(store: TestStore) {
    let tenant = tenant(&store).await;
    let new = NewApiKey {
        api_key_id: ApiKeyId::from_uuid(id()),
        name: "CI".into(),
        prefix: "aihio_sk_ab".into(),
        hash: [7; 32],
        scopes: vec!["chatbots:read".into()],
        by: None,
        at: at("10:00:00"),
    };
    let made = tenant.create_api_key(new).await.unwrap();
    assert_eq!(store.api_key_by_hash([7; 32]).await.unwrap(), Some(made.clone()));
    assert_eq!(store.api_key_by_hash([8; 32]).await.unwrap(), None);
    let page = Page { limit: 9, cursor: None };
    for (used, noted) in [("11:00:00", "11:00:00"), ("11:00:59", "11:00:00"), ("11:01:00", "11:01:00")] {
        tenant.api_key_used(made.api_key_id, at(used)).await.unwrap();
        assert_eq!(tenant.api_keys(&page).await.unwrap().items[0].last_used_at, Some(at(noted)), "{used}");
    }
    let found = store.api_key_by_hash([7; 32]).await.unwrap().unwrap();
    assert!(!found.is_use_worth_noting(at("11:01:59")));
    assert!(found.is_use_worth_noting(at("11:02:00")));

    assert_eq!(tenant.revoke_api_key(made.api_key_id, at("12:00:00")).await.unwrap(), Existence::Present);
    assert_eq!(tenant.revoke_api_key(made.api_key_id, at("12:00:00")).await.unwrap(), Existence::Absent);
    assert_eq!(store.api_key_by_hash([7; 32]).await.unwrap(), None);
    assert_eq!(tenant.api_keys(&page).await.unwrap().items, []);
}

async fn of_two_processes_the_first_one_s_secret_counts(store: TestStore) {
    assert_eq!(store.secret("tokens", [1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.again().await.secret("tokens", [2; 32]).await.unwrap(), [1; 32]);
    assert_eq!(store.secret("links", [2; 32]).await.unwrap(), [2; 32]);
}

async fn an_account_takes_another_name(store: TestStore) {
    let tenant = tenant(&store).await;
    tenant.rename_account("New").await.unwrap();
    assert_eq!(tenant.account().await.unwrap().unwrap().name, "New");
}
