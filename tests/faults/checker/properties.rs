//! The checker accepts every history without a fault, and finds each single lie that is put into one.

use proptest::prelude::*;
use proptest::sample::Index;

use super::generator::history;
use super::{Account, Event, History, Kind, Promise, Role, check};

/// The places in a history at which a lie can be told.
fn places<T>(items: &mut [T], fits: impl Fn(&T) -> bool) -> Vec<usize> {
    items.iter().enumerate().filter(|(_, item)| fits(item)).map(|(place, _)| place).collect()
}

fn broken(history: &History) -> Vec<Promise> {
    check(history).into_iter().map(|violation| violation.promise).collect()
}

const fn is_acknowledged(event: &Event) -> bool {
    matches!(event, Event::Acknowledged { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_without_faults_is_accepted(history in history()) {
        prop_assert_eq!(check(&history), []);
    }

    #[test]
    fn a_lost_message_is_found(mut history in history(), at: Index) {
        let stored = &mut history.conversations[0].stored;
        let places = places(stored, |message| message.role == Role::Visitor);
        stored.remove(*at.get(&places));
        let promises = broken(&history);
        prop_assert!(promises.contains(&Promise::InOrder), "{:?}", promises);
        prop_assert!(promises.contains(&Promise::NoSilentGap), "{:?}", promises);
    }

    #[test]
    fn an_acknowledged_message_that_is_lost_at_the_end_is_found(mut history in history()) {
        let conversation = &mut history.conversations[0];
        let (id, seq, text) = ("late".to_owned(), 10_000, "late".to_owned());
        conversation.events.push(Event::Sent { id: id.clone(), text });
        conversation.events.push(Event::Acknowledged { id, seq, duplicate: false });
        prop_assert!(broken(&history).contains(&Promise::AcknowledgedIsStored));
    }

    #[test]
    fn a_message_stored_twice_is_found(mut history in history(), at: Index) {
        let stored = &mut history.conversations[0].stored;
        let places = places(stored, |message| message.role == Role::Visitor);
        let mut again = stored[*at.get(&places)].clone();
        again.seq = stored.last().map_or(1, |last| last.seq + 1);
        again.message_id.push('b');
        stored.push(again);
        prop_assert!(broken(&history).contains(&Promise::StoredOnce));
    }

    #[test]
    fn another_position_for_the_same_message_is_found(mut history in history(), at: Index) {
        let events = &mut history.conversations[0].events;
        let places = places(events, is_acknowledged);
        let Event::Acknowledged { id, seq, .. } = events[*at.get(&places)].clone() else { unreachable!() };
        events.push(Event::Acknowledged { id, seq: seq + 1, duplicate: true });
        prop_assert!(broken(&history).contains(&Promise::StoredOnce));
    }

    #[test]
    fn words_that_nobody_said_are_found(mut history in history(), at: Index) {
        let stored = &mut history.conversations[0].stored;
        let places = places(stored, |message| message.role == Role::Visitor);
        stored[*at.get(&places)].text.push('!');
        prop_assert!(broken(&history).contains(&Promise::NothingInvented));
    }

    #[test]
    fn messages_in_another_order_than_sent_are_found(mut history in history()) {
        let conversation = &mut history.conversations[0];
        for (id, seq) in [("one", 9_001), ("two", 9_000)] {
            conversation.events.push(Event::Sent { id: id.to_owned(), text: id.to_owned() });
            conversation.events.push(Event::Acknowledged { id: id.to_owned(), seq, duplicate: false });
        }
        let sent = check(&history).into_iter().find(|violation| violation.what.contains("sent in order"));
        prop_assert_eq!(sent.map(|violation| violation.promise), Some(Promise::InOrder));
    }

    #[test]
    fn a_gap_on_return_is_found(mut history in history(), at: Index) {
        let events = &mut history.conversations[1].events;
        let places = places(events, |event| matches!(event, Event::Connected(c) if !c.missed.is_empty()));
        let Event::Connected(connected) = &mut events[*at.get(&places)] else { unreachable!() };
        connected.missed.remove(0);
        prop_assert!(broken(&history).contains(&Promise::NoSilentGap));
    }

    #[test]
    fn a_gap_that_was_told_is_none(mut history in history(), at: Index) {
        let events = &mut history.conversations[1].events;
        let places = places(events, |event| matches!(event, Event::Connected(c) if !c.missed.is_empty()));
        let Event::Connected(connected) = &mut events[*at.get(&places)] else { unreachable!() };
        connected.missed.clear();
        connected.recovered = false;
        prop_assert_eq!(check(&history), []);
    }

    #[test]
    fn a_publication_that_is_left_out_is_found(mut history in history(), at: Index) {
        let events = &mut history.conversations[0].events;
        let last = events.iter().rposition(|event| matches!(event, Event::Connected(_))).unwrap_or(0);
        let live = |event: &Event| matches!(event, Event::Published(p) if p.offset.is_some());
        let places: Vec<usize> = (last..events.len()).filter(|place| live(&events[*place])).collect();
        // The very last one may be on its way still.
        events.remove(*at.get(&places[..places.len() - 1]));
        prop_assert!(broken(&history).contains(&Promise::NoSilentGap));
    }

    #[test]
    fn a_lost_piece_is_found(mut history in history(), at: Index) {
        let events = &mut history.conversations[1].events;
        let delta = |event: &Event| matches!(event, Event::Published(p) if matches!(p.kind, Kind::Delta { .. }));
        let places = places(events, delta);
        let place = *at.get(&places);
        let Event::Published(publication) = events.remove(place) else { unreachable!() };
        let Kind::Delta { message_id, .. } = publication.kind else { unreachable!() };
        let others = events.iter().any(|event| matches!(event, Event::Published(p)
            if matches!(&p.kind, Kind::Delta { message_id: other, .. } if *other == message_id)));
        // An answer of one piece comes whole without it, which is allowed.
        prop_assert_eq!(broken(&history).contains(&Promise::PiecesMakeTheAnswer), others);
    }

    #[test]
    fn an_answer_given_twice_or_never_is_found(mut history in history(), at: Index, never: bool) {
        let stored = &mut history.conversations[1].stored;
        let places = places(stored, |message| message.role == Role::Assistant);
        let place = *at.get(&places);
        if never {
            // The last one: a person who takes over later would excuse it.
            stored.remove(places[places.len() - 1]);
        } else {
            let mut again = stored[place].clone();
            again.seq = stored.last().map_or(1, |last| last.seq + 1);
            again.message_id.push('b');
            stored.push(again);
        }
        prop_assert!(broken(&history).contains(&Promise::AnsweredOnce));
    }

    #[test]
    fn an_assistant_that_speaks_over_a_person_is_found(mut history in history()) {
        let conversation = &mut history.conversations[0];
        let person = conversation.voices().into_iter().find(|(_, person)| *person).map(|(seq, _)| seq);
        let spoken = conversation.stored.iter_mut().find(|message| Some(message.seq) > person).expect("somebody");
        spoken.role = Role::Assistant;
        prop_assert!(broken(&history).contains(&Promise::OneVoice));
    }

    #[test]
    fn a_bill_that_is_wrong_is_found(mut history in history(), more: bool) {
        let Account { billed, billed_in_period, .. } = &mut history.accounts[0];
        *billed = if more { *billed + 1 } else { *billed - 1 };
        *billed_in_period = *billed;
        prop_assert!(broken(&history).contains(&Promise::BilledOnce));
    }

    #[test]
    fn a_balance_that_goes_over_is_found(mut history in history()) {
        history.accounts[1].balances[0].limit = Some(0);
        prop_assert_eq!(broken(&history), [Promise::BilledOnce]);
    }

    #[test]
    fn an_answer_that_no_model_gave_is_found(mut history in history()) {
        history.calls.completed.clear();
        prop_assert!(broken(&history).contains(&Promise::BilledOnce));
    }

    #[test]
    fn what_belongs_to_a_neighbour_is_found(mut history in history(), at: Index) {
        let foreign = history.conversations[1].stored[0].text.clone();
        let stored = &mut history.conversations[0].stored;
        let place = at.index(stored.len());
        stored[place].text = foreign;
        prop_assert!(broken(&history).contains(&Promise::Fenced));
    }
}
