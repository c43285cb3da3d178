//! What a recording that was pinned says, whole and damaged.

use aihio_actors::model::{AccountId, ChatbotId};

use super::*;

/// A conversation in two lives, written down by the first program that could: a question that was answered with a
/// citation, one that was not, and a person who took over after a restart. Later programs must read it as it is.
const LAYOUT_1: &str = include_str!("layout_1.jsonl");
const SESSION: &str = "01a204c7-b90a-7d05-8e55-f18290180912";

#[derive(Deserialize)]
struct Line {
    life: Uuid,
    nth: u64,
    at: Timestamp,
    payload: String,
}

fn rows() -> Vec<RecordedRow> {
    let row = |line: &str| {
        let Line { life, nth, at, payload } = serde_json::from_str(line).unwrap();
        let session_id = SESSION.parse().unwrap();
        let account_id = AccountId::from_uuid(Uuid::nil());
        let chatbot_id = ChatbotId::from_uuid(Uuid::nil());
        RecordedRow { session_id, account_id, chatbot_id, life, nth, at, version: 1, payload }
    };
    LAYOUT_1.lines().map(row).collect()
}

fn relived(rows: Vec<RecordedRow>) -> Vec<Relived> {
    lives(rows).unwrap().into_iter().map(relive).collect()
}

/// The first life's flaw after a change of its rows.
fn flaw(change: impl FnOnce(&mut Vec<RecordedRow>)) -> Option<Flaw> {
    let mut rows = rows();
    change(&mut rows);
    relived(rows).into_iter().next().and_then(|life| life.flaw)
}

#[test]
fn a_recording_of_the_first_layout_is_byte_equal_for_good() {
    let lives = relived(rows());
    let seen: Vec<_> = lives.iter().map(|life| (life.frames(), life.flaw.clone(), life.ended)).collect();
    assert_eq!(seen, [(10, None, true), (6, None, true)]);
}

#[test]
fn a_life_without_its_beginning_or_a_step_has_a_hole_there() {
    assert_eq!(flaw(|rows| drop(rows.remove(0))), Some(Flaw::Hole(0)));
    assert_eq!(flaw(|rows| drop(rows.remove(7))), Some(Flaw::Hole(7)));
    let admitted = r#"{"happening":"hole","frames":[]}"#;
    assert_eq!(flaw(|rows| rows[9].payload = admitted.into()), Some(Flaw::Hole(9)));
}

#[test]
fn a_life_that_breaks_off_is_equal_as_far_as_it_goes() {
    let mut rows = rows();
    rows.truncate(12);
    let [life] = &relived(rows)[..] else { panic!("one life") };
    assert_eq!((life.flaw.clone(), life.ended, life.steps.len()), (None, false, 12));
}

#[test]
fn the_first_frame_that_is_not_the_same_is_shown_from_both_sides() {
    let changed = flaw(|rows| rows[5].payload = rows[5].payload.replace(r#"\"seq\":1"#, r#"\"seq\":9"#));
    let Some(Flaw::Difference(difference)) = changed else { panic!("{changed:?}") };
    assert_eq!((difference.nth, difference.frame), (5, 0));
    let reply = |seq| Some(format!(r#"{{"id":2,"rpc":{{"data":{{"seq":{seq},"duplicate":false}}}}}}"#));
    assert_eq!((difference.recorded, difference.replayed), (reply(9), reply(1)));
}

#[test]
fn a_frame_too_many_or_too_few_is_a_difference() {
    let more = flaw(|rows| rows[1].payload = rows[1].payload.replace(r#""frames":[]"#, r#""frames":["{}"]"#));
    let Some(Flaw::Difference(more)) = more else { panic!("{more:?}") };
    assert_eq!((more.recorded.as_deref(), more.replayed), (Some("{}"), None));
    let fewer = flaw(|rows| {
        let mut payload: serde_json::Value = serde_json::from_str(&rows[5].payload).unwrap();
        payload["frames"].as_array_mut().unwrap().pop();
        rows[5].payload = payload.to_string();
    });
    let Some(Flaw::Difference(fewer)) = fewer else { panic!("{fewer:?}") };
    assert!(fewer.recorded.is_none() && fewer.replayed.is_some());
}

#[test]
fn an_input_that_was_changed_shows_in_what_is_handed_out() {
    let changed = flaw(|rows| rows[3].payload = rows[3].payload.replace("the pump?", "the pond?"));
    let Some(Flaw::Difference(difference)) = changed else { panic!("{changed:?}") };
    assert!(difference.recorded.unwrap().contains("pump") && difference.replayed.unwrap().contains("pond"));
}

#[test]
fn what_a_newer_program_wrote_or_nobody_is_not_read() {
    let mut newer = rows();
    newer[3].version = 7;
    assert_eq!(lives(newer).unwrap_err(), Unreadable::Newer { found: 7, known: RECORDING_VERSION });
    let mut damaged = rows();
    damaged[3].payload.truncate(20);
    assert!(matches!(lives(damaged), Err(Unreadable::Damaged { nth: 3, .. })));
}
