//! Of two writers one wins, and the loser harms nobody.

use aihio_actors::model::{Epoch, Seq};
use aihio_actors::ports::{Feedback, Journal, Outcome, Rating, RecordBody};

use super::fixture::{Conversation, at, chatbot, events_of, find, message_of, own, tenant, visitor_says};
use crate::support::store::TestStore;

on_both!(
    another_writer_s_place_is_not_taken,
    a_client_s_id_is_taken_once,
    one_conflict_in_a_batch_keeps_the_others,
    what_follows_a_conflict_is_one,
    a_hole_is_a_conflict,
    a_session_opens_once,
    an_erased_session_takes_nothing_any_more,
    writers_at_the_same_time_leave_one_history,
    a_former_owner_writes_nothing,
    what_a_former_owner_had_written_stays_kept,
    a_new_owner_and_a_writer_at_the_same_time_leave_one_history,
);

async fn another_writer_s_place_is_not_taken(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let mine = talk.visitor_says(1, "a", "mine");
    store.append(&[talk.opens(), mine.clone()]).await.unwrap();
    let theirs = [talk.visitor_says(1, "b", "theirs"), talk.is_taken_over(1)];
    for record in theirs {
        assert_eq!(store.append(&[record]).await.unwrap(), [Outcome::Conflict]);
    }
    let partly = talk.events([events_of(&mine), vec![visitor_says(2, "c", "more")]].concat());
    assert_eq!(store.append(&[partly]).await.unwrap(), [Outcome::Conflict]);
    assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap(), events_of(&mine));
}

async fn a_client_s_id_is_taken_once(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens(), talk.visitor_says(1, "a", "first")]).await.unwrap();
    let again = talk.visitor_says(2, "a", "second");
    assert_eq!(store.append(&[again]).await.unwrap(), [Outcome::Conflict]);
    let row = tenant.session(talk.id()).await.unwrap().unwrap();
    assert_eq!((row.last_seq, row.messages), (Seq(1), 1), "the gate has not moved either");
    let twice = [visitor_says(2, "x", "once"), visitor_says(3, "x", "twice")];
    assert_eq!(store.append(&[talk.events(twice.to_vec())]).await.unwrap(), [Outcome::Conflict]);
    assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap().len(), 1);
}

async fn one_conflict_in_a_batch_keeps_the_others(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let [good, bad, other] = std::array::from_fn(|_| Conversation::with(&tenant, bot));
    store.append(&[good.opens(), bad.opens(), bad.visitor_says(1, "a", "theirs")]).await.unwrap();
    let batch = [
        good.visitor_says(1, "a", "hi"),
        bad.is_answered(1, "mine"),
        other.opens(),
        good.is_answered(2, "ho"),
        other.visitor_says(1, "a", "hi"),
    ];
    let kept = [Outcome::Kept, Outcome::Conflict, Outcome::Kept, Outcome::Kept, Outcome::Kept];
    assert_eq!(store.append(&batch).await.unwrap(), kept);
    assert_eq!(store.tail(good.id(), Seq::START, 9).await.unwrap().len(), 2);
    assert_eq!(store.tail(other.id(), Seq::START, 9).await.unwrap().len(), 1);
    assert_eq!(tenant.receipt(message_of(&batch[1])).await.unwrap(), None, "nothing of it was stored");
    let used = tenant.usage_total(aihio_actors::model::UsageKind::Answer, at("00:00:00")).await.unwrap();
    assert_eq!(used, 1);
}

async fn what_follows_a_conflict_is_one(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens(), talk.visitor_says(1, "a", "theirs")]).await.unwrap();
    let batch = [talk.visitor_says(1, "b", "mine"), talk.visitor_says(2, "c", "and more")];
    assert_eq!(store.append(&batch).await.unwrap(), [Outcome::Conflict; 2]);
    assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap().len(), 1);
}

async fn a_hole_is_a_conflict(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    assert_eq!(store.append(&[talk.visitor_says(2, "a", "hi")]).await.unwrap(), [Outcome::Conflict]);
    let with_hole = talk.events(vec![visitor_says(1, "a", "hi"), visitor_says(3, "b", "ho")]);
    assert_eq!(store.append(&[with_hole]).await.unwrap(), [Outcome::Conflict]);
    assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap(), []);
}

async fn a_session_opens_once(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    assert_eq!(store.append(&[talk.opens(), talk.opens()]).await.unwrap(), [Outcome::Kept; 2]);
    let mut other = talk.clone();
    other.meta.epoch = Epoch("e2".into());
    assert_eq!(store.append(&[other.opens()]).await.unwrap(), [Outcome::Conflict]);
    assert_eq!(find(&store, talk.id()).await, Some(talk.opened()));
}

async fn an_erased_session_takes_nothing_any_more(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let answer = talk.is_answered(1, "ho");
    store.append(&[talk.opens(), answer.clone()]).await.unwrap();
    tenant.delete_session(talk.id()).await.unwrap();

    assert_eq!(store.append(&[talk.visitor_says(2, "a", "hi")]).await.unwrap(), [Outcome::Conflict]);
    let message_id = message_of(&answer);
    let feedback = Feedback { message_id, rating: Rating::Up, comment: Some("!".into()), at: at("11:09:00") };
    store.append(&[talk.record(RecordBody::Feedback(feedback))]).await.unwrap();
    assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap(), []);
    assert_eq!(tenant.receipt(message_id).await.unwrap(), None);
    let page = aihio::store::Page { limit: 9, cursor: None };
    assert_eq!(tenant.feedback(talk.meta.chatbot_id, &page).await.unwrap().items, []);
}

async fn writers_at_the_same_time_leave_one_history(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    for seq in 1..=10 {
        let (left, right) = (
            talk.visitor_says(seq, &format!("l{seq}"), "l"),
            talk.visitor_says(seq, &format!("r{seq}"), "r"),
        );
        let (left, right) = tokio::join!(
            store.append(std::slice::from_ref(&left)),
            store.append(std::slice::from_ref(&right))
        );
        let outcomes = [left.unwrap()[0], right.unwrap()[0]];
        assert!(outcomes.contains(&Outcome::Kept) && outcomes.contains(&Outcome::Conflict), "{outcomes:?}");
    }
    let seqs: Vec<_> =
        store.tail(talk.id(), Seq::START, 99).await.unwrap().iter().map(|event| event.seq.0).collect();
    assert_eq!(seqs, (1..=10).collect::<Vec<_>>());
}

async fn a_former_owner_writes_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let [former, other] = std::array::from_fn(|_| Conversation::with(&tenant, bot));
    store.append(&[former.opens(), former.visitor_says(1, "a", "mine"), other.opens()]).await.unwrap();
    let owned = own(&store, former.id()).await.unwrap();
    let present = Conversation { owner: owned.owner, ..former.clone() };
    assert_eq!((owned.meta, owned.owner > former.owner), (former.meta.clone(), true));

    let batch = [former.is_answered(2, "late"), other.visitor_says(1, "b", "hi")];
    assert_eq!(store.append(&batch).await.unwrap(), [Outcome::Conflict, Outcome::Kept]);
    assert_eq!(store.append(&[present.is_answered(2, "in time")]).await.unwrap(), [Outcome::Kept]);
    assert_eq!(store.append(&[former.visitor_says(3, "c", "late")]).await.unwrap(), [Outcome::Conflict]);
    assert_eq!(store.tail(former.id(), Seq::START, 9).await.unwrap().len(), 2);
    assert_eq!(find(&store, former.id()).await, Some(present.opened()));
    let both = [former.visitor_says(3, "d", "late"), present.visitor_says(3, "e", "in time")];
    assert_eq!(store.append(&both).await.unwrap(), [Outcome::Conflict, Outcome::Kept], "also in one batch");
}

async fn what_a_former_owner_had_written_stays_kept(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let records = [talk.opens(), talk.visitor_says(1, "a", "its commit's reply was lost")];
    store.append(&records).await.unwrap();
    own(&store, talk.id()).await.unwrap();
    assert_eq!(store.append(&records).await.unwrap(), [Outcome::Kept; 2]);
    assert_eq!(own(&store, aihio_actors::model::SessionId::from_uuid(super::fixture::id())).await, None);
}

async fn a_new_owner_and_a_writer_at_the_same_time_leave_one_history(store: TestStore) {
    let tenant = tenant(&store).await;
    let mut talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    let mut last = 0;
    for round in 0..20 {
        let writes = [talk.visitor_says(last + 1, &format!("c{round}"), "hi")];
        let (written, owned) = tokio::join!(store.append(&writes), own(&store, talk.id()));
        talk.owner = owned.unwrap().owner;
        last += u64::from(written.unwrap() == [Outcome::Kept]);
        let history = store.tail(talk.id(), Seq::START, 99).await.unwrap();
        assert_eq!(history.len() as u64, last, "kept means stored, and a conflict means that nothing was");
    }
}
