//! What the journal keeps, it gives back.

use aihio::store::Page;
use aihio_actors::model::{Phase, Seq, SessionId};
use aihio_actors::ports::{Feedback, Journal, Lead, Outcome, Rating, RecordBody};

use super::fixture::{
    Conversation, at, chatbot, events_of, find, id, message_of, receipt, tenant, visitor_says,
};
use crate::support::store::TestStore;

on_both!(
    a_history_is_read_back_as_it_was_written,
    a_tail_begins_after_a_position_and_ends_at_its_limit,
    the_session_s_row_follows_its_history,
    appending_again_keeps_everything_once,
    many_sessions_share_a_batch,
    a_nul_keeps_nobody_out,
    feedback_is_replaced_and_leads_are_kept_once,
    nothing_is_an_append_too,
);

async fn a_history_is_read_back_as_it_was_written(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let records = [
        talk.opens(),
        talk.visitor_says(1, "a", "Grüß „dich“ \\u0000 \n 🦆"),
        talk.is_answered(2, "Hello"),
        talk.is_taken_over(3),
    ];
    assert_eq!(store.append(&records).await.unwrap(), [Outcome::Kept; 4]);

    let expected: Vec<_> = records.iter().flat_map(events_of).collect();
    assert_eq!(store.tail(talk.id(), Seq::START, 100).await.unwrap(), expected);
    assert_eq!(tenant.messages(talk.id(), Seq::START, 100).await.unwrap(), expected);
    assert_eq!(find(&store, talk.id()).await, Some(talk.opened()));
    assert_eq!(find(&store, SessionId::from_uuid(id())).await, None);
    assert_eq!(tenant.receipt(message_of(&records[2])).await.unwrap(), Some(receipt()));
}

async fn a_tail_begins_after_a_position_and_ends_at_its_limit(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let events: Vec<_> = (1..=20).map(|seq| visitor_says(seq, &format!("c{seq}"), "hi")).collect();
    store.append(&[talk.opens(), talk.events(events)]).await.unwrap();
    let seqs: Vec<_> =
        store.tail(talk.id(), Seq(8), 4).await.unwrap().iter().map(|event| event.seq.0).collect();
    assert_eq!(seqs, [9, 10, 11, 12]);
}

async fn the_session_s_row_follows_its_history(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    let row = tenant.session(talk.id()).await.unwrap().unwrap();
    assert_eq!(
        (row.state, row.last_seq, row.messages, row.last_message_at),
        (Phase::Assistant, Seq(0), 0, None)
    );

    store
        .append(&[talk.visitor_says(1, "a", "hi"), talk.is_answered(2, "ho"), talk.is_taken_over(3)])
        .await
        .unwrap();
    let row = tenant.session(talk.id()).await.unwrap().unwrap();
    assert_eq!((row.state, row.last_seq, row.messages), (Phase::Agent, Seq(3), 2));
    assert_eq!(row.last_message_at, Some(at("11:00:02.000250")));
    assert_eq!(row.meta, talk.meta);
}

async fn appending_again_keeps_everything_once(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let first =
        [talk.opens(), talk.visitor_says(1, "a", "hi"), talk.is_answered(2, "ho"), talk.is_taken_over(3)];
    store.append(&first).await.unwrap();
    assert_eq!(store.append(&first).await.unwrap(), [Outcome::Kept; 4]);
    let partly_new = [first[2].clone(), first[3].clone(), talk.visitor_says(4, "b", "again")];
    assert_eq!(store.append(&partly_new).await.unwrap(), [Outcome::Kept; 3]);

    assert_eq!(store.tail(talk.id(), Seq::START, 100).await.unwrap().len(), 4);
    assert_eq!(tenant.session(talk.id()).await.unwrap().unwrap().messages, 3);
    let used = tenant.usage_total(aihio_actors::model::UsageKind::Answer, at("00:00:00")).await.unwrap();
    assert_eq!(used, 1);
}

async fn many_sessions_share_a_batch(store: TestStore) {
    let tenant = tenant(&store).await;
    let bot = chatbot(&tenant).await;
    let talks: Vec<_> = (0..50).map(|_| Conversation::with(&tenant, bot)).collect();
    let mut records: Vec<_> = talks.iter().map(Conversation::opens).collect();
    records.extend(talks.iter().map(|talk| talk.visitor_says(1, "same id everywhere", "hi")));
    records.extend(talks.iter().map(|talk| talk.is_answered(2, "ho")));
    assert_eq!(store.append(&records).await.unwrap(), vec![Outcome::Kept; 150]);
    for talk in &talks {
        assert_eq!(store.tail(talk.id(), Seq::START, 9).await.unwrap().len(), 2);
    }
}

async fn a_nul_keeps_nobody_out(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let records = [talk.opens(), talk.visitor_says(1, "a", "a\0b")];
    assert_eq!(store.append(&records).await.unwrap(), [Outcome::Kept; 2]);
    let mut expected = events_of(&talk.visitor_says(1, "a", "a\u{fffd}b"));
    let found = store.tail(talk.id(), Seq::START, 9).await.unwrap();
    if let (
        aihio_actors::model::EventBody::Message(found),
        aihio_actors::model::EventBody::Message(expected),
    ) = (&found[0].body, &mut expected[0].body)
    {
        expected.message_id = found.message_id;
    }
    assert_eq!(found, expected);
}

async fn feedback_is_replaced_and_leads_are_kept_once(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = Conversation::with(&tenant, chatbot(&tenant).await);
    let answer = talk.is_answered(1, "ho");
    let message_id = message_of(&answer);
    let judged = |rating, time| {
        talk.record(RecordBody::Feedback(Feedback { message_id, rating, comment: None, at: at(time) }))
    };
    let fields = serde_json::Map::from_iter([("email".to_owned(), "v@example.test".into())]);
    let lead = Lead { id: id(), fields, at: at("11:05:00") };
    let form = talk.record(RecordBody::Lead(lead.clone()));
    let batch = [
        talk.opens(),
        answer,
        judged(Rating::Up, "11:01:00"),
        judged(Rating::Down, "11:02:00"),
        form.clone(),
    ];
    assert_eq!(store.append(&batch).await.unwrap(), [Outcome::Kept; 5]);
    store.append(&[judged(Rating::Up, "11:01:30"), form]).await.unwrap();

    let page = Page { limit: 10, cursor: None };
    let feedback = tenant.feedback(talk.meta.chatbot_id, &page).await.unwrap().items;
    assert_eq!(feedback.iter().map(|item| item.feedback.rating).collect::<Vec<_>>(), [Rating::Down]);
    let leads = tenant.leads(talk.meta.chatbot_id, &page).await.unwrap().items;
    assert_eq!(leads.into_iter().map(|item| item.lead).collect::<Vec<_>>(), [lead]);
}

async fn nothing_is_an_append_too(store: TestStore) {
    assert_eq!(store.append(&[]).await.unwrap(), []);
}
