//! What a session gets when it wakes.

use aihio::store::{Store, Tenant};
use aihio_actors::model::{ChatbotId, OwnerEpoch, Seq, SessionId};
use aihio_actors::ports::{Journal, Outcome, Snapshot, SnapshotKey, Snapshots, Standing, Waking};
use futures_util::future::join_all;

use super::fixture::{Conversation, chatbot, id, own, tenant, visitor_says, wake};
use crate::support::store::TestStore;

on_both!(
    a_session_that_remembers_nothing_gets_its_snapshot_and_what_came_after,
    a_session_that_remembers_more_than_its_snapshot_gets_the_rest_alone,
    a_very_long_history_comes_in_part,
    many_that_wake_at_once_get_each_its_own,
    two_lives_that_wake_at_once_own_one_after_the_other,
    many_new_owners_and_writers_at_the_same_time_leave_whole_histories,
);

async fn conversation(store: &Store, tenant: &Tenant, bot: ChatbotId, length: u64) -> Conversation {
    let talk = Conversation::with(tenant, bot);
    let events = (1..=length).map(|seq| visitor_says(seq, &format!("c{seq}"), "hi")).collect();
    let records = [talk.opens(), talk.events(events)];
    let said = if length > 0 { &records[..] } else { &records[..1] };
    assert!(store.append(said).await.unwrap().iter().all(|outcome| *outcome == Outcome::Kept));
    talk
}

async fn remember(store: &Store, talk: &Conversation, seq: u64) -> Snapshot {
    let snapshot = Snapshot { version: 1, seq, bytes: format!("as of {seq}").into_bytes().into() };
    let key = SnapshotKey { kind: "session", id: talk.id().as_uuid() };
    store.save(key, snapshot.clone()).await.unwrap();
    snapshot
}

fn seqs(woken: &aihio_actors::ports::Woken) -> Vec<u64> {
    woken.events.iter().map(|event| event.seq.0).collect()
}

async fn a_session_that_remembers_nothing_gets_its_snapshot_and_what_came_after(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talk = conversation(&store, &tenant, bot, 9).await;
    let snapshot = remember(&store, &talk, 6).await;
    let waking = Waking { session: talk.id(), standing: Standing::Owner, remembers: Seq::START, ring: 2 };
    let woken = store.wake(waking).await.unwrap().unwrap();
    assert_eq!(
        (&woken.opened, woken.last, woken.snapshot.as_ref()),
        (&talk.opened(), Seq(9), Some(&snapshot))
    );
    assert_eq!(seqs(&woken), [5, 6, 7, 8, 9]);
    assert_eq!(woken.events, store.tail(talk.id(), Seq(4), 9).await.unwrap());
}

async fn a_session_that_remembers_more_than_its_snapshot_gets_the_rest_alone(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talk = conversation(&store, &tenant, bot, 9).await;
    remember(&store, &talk, 6).await;
    let waking = Waking { session: talk.id(), standing: Standing::Owner, remembers: Seq(7), ring: 0 };
    let woken = store.wake(waking).await.unwrap().unwrap();
    assert_eq!((woken.snapshot.as_ref(), seqs(&woken)), (None, vec![8, 9]));
    let silent = conversation(&store, &tenant, bot, 0).await;
    let woken = wake(&store, silent.id(), Standing::Owner).await.unwrap();
    assert_eq!((woken.last, seqs(&woken)), (Seq::START, vec![]));
}

async fn a_very_long_history_comes_in_part(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talk = conversation(&store, &tenant, bot, 700).await;
    let woken = wake(&store, talk.id(), Standing::Owner).await.unwrap();
    assert_eq!(
        (woken.last, seqs(&woken)),
        (Seq(700), (1..=500).collect()),
        "and it is said that there is more"
    );
}

async fn many_that_wake_at_once_get_each_its_own(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let mut talks = Vec::new();
    for length in 0..40 {
        talks.push(conversation(&store, &tenant, bot, length % 7).await);
    }
    let unknown = SessionId::from_uuid(id());
    let ids = talks.iter().map(Conversation::id).chain([unknown]);
    let woken = join_all(ids.map(|id| wake(&store, id, Standing::NewOwner))).await;
    assert_eq!(woken.last().unwrap().as_ref(), None, "nobody opened it");
    for ((length, talk), woken) in (0..).zip(&talks).zip(&woken) {
        let woken = woken.as_ref().unwrap();
        assert_eq!((&woken.opened.meta, woken.opened.owner), (&talk.meta, OwnerEpoch(talk.owner.0 + 1)));
        assert_eq!(seqs(woken), (1..=length % 7).collect::<Vec<_>>());
    }
}

async fn two_lives_that_wake_at_once_own_one_after_the_other(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talk = conversation(&store, &tenant, bot, 1).await;
    let lives = join_all((0..8).map(|_| own(&store, talk.id()))).await;
    let mut owners: Vec<_> = lives.into_iter().map(|opened| opened.unwrap().owner.0).collect();
    owners.sort_unstable();
    assert_eq!(owners, (2..=9).collect::<Vec<_>>());
}

async fn many_new_owners_and_writers_at_the_same_time_leave_whole_histories(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let mut talks = Vec::new();
    for _ in 0..16 {
        talks.push((conversation(&store, &tenant, bot, 0).await, 0));
    }
    for round in 0..10 {
        let says =
            |(talk, last): &(Conversation, u64)| talk.visitor_says(last + 1, &format!("c{round}"), "hi");
        let writes: Vec<_> = talks.iter().map(says).collect();
        let backwards: Vec<_> = talks.iter().rev().map(|(talk, _)| talk.id()).collect();
        let owned = join_all(backwards.into_iter().map(|id| own(&store, id)));
        let (written, owned) = tokio::join!(store.append(&writes), owned);
        let outcomes = written.unwrap();
        for (((talk, last), outcome), owned) in talks.iter_mut().zip(outcomes).zip(owned.into_iter().rev()) {
            talk.owner = owned.unwrap().owner;
            *last += u64::from(outcome == Outcome::Kept);
            let woken = wake(&store, talk.id(), Standing::Owner).await.unwrap();
            assert_eq!((woken.last.0, seqs(&woken)), (*last, (1..=*last).collect()));
        }
    }
}
