//! What was used, and what may be.

use aihio_actors::model::{AccountId, UsageKind};
use aihio_actors::ports::{Journal, Ledger};

use super::fixture::{Conversation, at, chatbot, id, tenant};
use crate::support::store::TestStore;

on_both!(
    a_period_counts_the_answers_since_it_began,
    rolling_up_again_changes_nothing,
    charts_are_right_before_and_after_a_roll_up,
    a_roll_up_by_a_clock_that_was_ahead_hides_nothing,
    partitions_are_made_once_and_hide_nothing,
);

async fn a_period_counts_the_answers_since_it_began(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens(), talk.is_answered(1, "a"), talk.is_answered(2, "b")]).await.unwrap();
    let period = store.period(tenant.account_id(), at("00:00:00")).await.unwrap().unwrap();
    assert_eq!((period.answers, period.plan.answers_per_month), (2, Some(2)));
    let later = store.period(tenant.account_id(), at("11:00:02.5")).await.unwrap().unwrap();
    assert_eq!(later.answers, 0);
    assert_eq!(store.period(AccountId::from_uuid(id()), at("00:00:00")).await.unwrap(), None);
}

async fn rolling_up_again_changes_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens(), talk.is_answered(1, "a"), talk.is_answered(2, "b")]).await.unwrap();
    assert_eq!(store.roll_up(at("11:59:59")).await.unwrap(), 0, "the hour is not over");
    assert_eq!(store.roll_up(at("12:00:00")).await.unwrap(), 1);
    assert_eq!(store.roll_up(at("12:30:00")).await.unwrap(), 0);
    store.append(&[talk.is_answered(3, "late")]).await.unwrap();
    assert_eq!(store.roll_up(at("12:40:00")).await.unwrap(), 1, "a late row is added");
    let days = tenant.usage_by_day(at("00:00:00")..at("23:59:59"), at("23:59:59")).await.unwrap();
    assert_eq!(days.iter().map(|day| day.amount).collect::<Vec<_>>(), [3]);
}

async fn charts_are_right_before_and_after_a_roll_up(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talk = Conversation::with(&tenant, bot);
    store.append(&[talk.opens(), talk.is_answered(1, "a"), talk.is_answered(2, "b")]).await.unwrap();
    let before = tenant.usage_by_day(at("00:00:00")..at("23:59:59"), at("23:59:59")).await.unwrap();
    assert_eq!(before.len(), 1);
    assert_eq!((before[0].chatbot_id, before[0].kind, before[0].amount), (bot, UsageKind::Answer, 2));
    assert_eq!(before[0].day.to_string(), "2026-11-22");
    store.roll_up(at("15:00:00")).await.unwrap();
    assert_eq!(tenant.usage_by_day(at("00:00:00")..at("23:59:59"), at("23:59:59")).await.unwrap(), before);
    assert_eq!(tenant.usage_by_day(at("12:00:00")..at("23:59:59"), at("23:59:59")).await.unwrap(), []);
}

async fn a_roll_up_by_a_clock_that_was_ahead_hides_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let amounts = async |now| {
        let days = tenant.usage_by_day(at("00:00:00")..at("23:59:59"), now).await.unwrap();
        days.iter().map(|day| day.amount).collect::<Vec<_>>()
    };
    store.append(&[talk.opens(), talk.is_answered(1, "a"), talk.is_answered(2, "b")]).await.unwrap();
    assert_eq!(store.roll_up(at("15:00:00")).await.unwrap(), 1, "by a clock that is ahead");
    store.append(&[talk.is_answered(3, "c")]).await.unwrap();
    assert_eq!(amounts(at("11:30:00")).await, [3], "an hour that is not over is read from its rows");
    store.roll_up(at("11:35:00")).await.unwrap();
    assert_eq!(amounts(at("12:01:00")).await, [3], "what was summed too early is forgotten");
    assert_eq!(store.roll_up(at("12:05:00")).await.unwrap(), 1);
    assert_eq!(amounts(at("12:06:00")).await, [3]);
}

async fn partitions_are_made_once_and_hide_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let records = [talk.opens(), talk.visitor_says(1, "a", "hi"), talk.is_answered(2, "ho")];
    store.append(&records).await.unwrap();
    let now = chrono::Utc::now();
    store.prepare_partitions(now).await.unwrap();
    store.prepare_partitions(now).await.unwrap();
    let seq = aihio_actors::model::Seq::START;
    assert_eq!(
        store.tail(talk.id(), seq, 9).await.unwrap().len(),
        2,
        "what was in the default partition has moved"
    );
    store.append(&records).await.unwrap();
    store.append(&[talk.visitor_says(3, "b", "more")]).await.unwrap();
    assert_eq!(store.tail(talk.id(), seq, 9).await.unwrap().len(), 3);
    assert_eq!(tenant.usage_total(UsageKind::Answer, at("00:00:00")).await.unwrap(), 1);
}
