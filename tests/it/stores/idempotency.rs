//! Requests that come twice act once.

use aihio::store::{Idempotency, IdempotencyKey, InvalidIdempotencyKey};

use super::fixture::{at, tenant};
use crate::support::store::TestStore;

on_both!(
    the_first_request_is_done_and_its_answer_replayed,
    one_of_two_requests_at_once_is_first,
    an_abandoned_request_may_be_done_again,
    a_key_belongs_to_its_account,
);

#[test]
fn a_key_is_printable_and_not_too_long() {
    assert!(IdempotencyKey::parse(&"k".repeat(255)).is_ok());
    for wrong in ["", "a\tb", "ä", &"k".repeat(256)] {
        assert_eq!(IdempotencyKey::parse(wrong), Err(InvalidIdempotencyKey), "{wrong:?}");
    }
}

async fn the_first_request_is_done_and_its_answer_replayed(store: TestStore) {
    let tenant = tenant(&store).await;
    let key = IdempotencyKey::parse("k1").unwrap();
    assert_eq!(tenant.remember(&key, [1; 32], at("10:00:00")).await.unwrap(), Idempotency::First);
    assert_eq!(tenant.remember(&key, [1; 32], at("10:00:01")).await.unwrap(), Idempotency::InFlight);
    assert_eq!(tenant.remember(&key, [2; 32], at("10:00:01")).await.unwrap(), Idempotency::Mismatch);
    tenant.finish_idempotent(&key, 201, "application/json", b"{}").await.unwrap();
    let replay =
        Idempotency::Replay { status: 201, content_type: "application/json".into(), body: b"{}".to_vec() };
    assert_eq!(tenant.remember(&key, [1; 32], at("20:00:00")).await.unwrap(), replay);
    assert_eq!(tenant.remember(&key, [2; 32], at("20:00:00")).await.unwrap(), Idempotency::Mismatch);
    let next_day = at("20:00:00") + chrono::TimeDelta::hours(24);
    assert_eq!(tenant.remember(&key, [2; 32], next_day).await.unwrap(), Idempotency::First);
}

async fn one_of_two_requests_at_once_is_first(store: TestStore) {
    let tenant = tenant(&store).await;
    let key = IdempotencyKey::parse("k1").unwrap();
    let now = at("10:00:00");
    let (left, right) =
        tokio::join!(tenant.remember(&key, [1; 32], now), tenant.remember(&key, [1; 32], now));
    let both = [left.unwrap(), right.unwrap()];
    assert!(both.contains(&Idempotency::First) && both.contains(&Idempotency::InFlight), "{both:?}");
}

async fn an_abandoned_request_may_be_done_again(store: TestStore) {
    let tenant = tenant(&store).await;
    let key = IdempotencyKey::parse("k1").unwrap();
    tenant.remember(&key, [1; 32], at("10:00:00")).await.unwrap();
    assert_eq!(tenant.remember(&key, [1; 32], at("10:01:01")).await.unwrap(), Idempotency::First);
    tenant.forget_idempotent(&key).await.unwrap();
    assert_eq!(tenant.remember(&key, [3; 32], at("10:01:02")).await.unwrap(), Idempotency::First);
}

async fn a_key_belongs_to_its_account(store: TestStore) {
    let key = IdempotencyKey::parse("k1").unwrap();
    for _ in 0..2 {
        let tenant = tenant(&store).await;
        assert_eq!(tenant.remember(&key, [1; 32], at("10:00:00")).await.unwrap(), Idempotency::First);
    }
}
