//! The rules of a conversation, one sentence a test. What must hold in every order of events is in `properties`.

mod play;
mod properties;
mod suggestions;

use std::num::NonZeroU32;

use self::play::{Play, message};
use super::{AnswerStyle, Credit};
use crate::chatbot::session::command::{Command, Duplicate, Reply};
use crate::kernel::Pace;
use crate::model::{AgentName, Phase, PublicationData, Refusal, RefusalCode, Role, Seq};

fn agent() -> AgentName {
    AgentName { name: "Grace".into() }
}

#[test]
fn a_message_is_acknowledged_once_it_is_durable_and_not_before() {
    let mut play = Play::new();
    let id = play.send("m1", "Hello?");
    assert_eq!(play.reply(id), None);
    play.keep_all();
    assert!(matches!(play.reply(id), Some(Ok(Reply::Sent { seq: Seq(1), duplicate: Duplicate::No, .. }))));
}

#[test]
fn a_message_sent_again_gets_the_first_position_and_nothing_else_happens() {
    let mut play = Play::new();
    let (first, _) = (play.send("m1", "Hello?"), play.keep_all());
    let again = play.send("m1", "Hello?");
    let (Some(Ok(Reply::Sent { message_id, .. })), Some(Ok(second))) = (play.reply(first), play.reply(again))
    else {
        panic!("both are answered")
    };
    assert_eq!(second, Reply::Sent { seq: Seq(1), message_id, duplicate: Duplicate::Yes });
    assert_eq!(play.stored().len(), 1);
}

#[test]
fn a_message_sent_again_while_the_first_is_under_way_waits_for_it() {
    let mut play = Play::new();
    play.send("m1", "Hello?");
    let again = play.send("m1", "Hello?");
    assert_eq!(play.reply(again), None);
    play.keep_all();
    assert!(matches!(
        play.reply(again),
        Some(Ok(Reply::Sent { seq: Seq(1), duplicate: Duplicate::Yes, .. }))
    ));
}

#[test]
fn questions_are_answered_one_after_the_other_in_the_order_they_came() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.send("m2", "Two?");
    play.keep_all();
    assert_eq!(play.being_answered().as_deref(), Some("One?"));
    play.says_and_finishes("1");
    assert_eq!(play.being_answered().as_deref(), Some("Two?"));
    play.says_and_finishes("2");
    play.keep_all();
    let texts: Vec<String> = play.texts(Role::Assistant);
    assert_eq!(texts, ["1", "2"]);
}

#[test]
fn an_answer_that_is_stopped_keeps_what_was_said_and_is_paid_for() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.keep_all();
    play.says("Half an ");
    let stop = play.stop();
    play.keep_all();
    assert_eq!(play.reply(stop), Some(Ok(Reply::Done)));
    assert_eq!((play.texts(Role::Assistant), play.settled, play.held), (vec!["Half an ".into()], 1, 0));
}

#[test]
fn an_answer_that_is_stopped_before_its_first_word_costs_nothing_and_is_closed() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.keep_all();
    play.stop();
    play.keep_all();
    assert_eq!((play.texts(Role::System).len(), play.released, play.held), (1, 1, 0));
    assert!(play.state.memory().unanswered.is_empty());
}

#[test]
fn stopping_a_question_that_waits_leaves_the_answer_before_it_alone() {
    let mut play = Play::new();
    play.send("m1", "One?");
    let second = play.send("m2", "Two?");
    play.keep_all();
    let Some(Ok(Reply::Sent { message_id, .. })) = play.reply(second) else { panic!("it is kept") };
    play.command(Command::StopAnswer { message_id }, Credit::NotNeeded);
    assert_eq!(play.being_answered().as_deref(), Some("One?"));
    play.says_and_finishes("1");
    assert_eq!(play.being_answered(), None);
}

#[test]
fn stopping_what_nobody_writes_is_no_error() {
    let mut play = Play::new();
    let message_id = play.fresh().message_id;
    let stop = play.command(Command::StopAnswer { message_id }, Credit::NotNeeded);
    assert_eq!(play.reply(stop), Some(Ok(Reply::Done)));
}

#[test]
fn an_answer_that_fails_gives_its_credit_back_and_says_so() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.keep_all();
    play.says("Half");
    play.fails();
    play.keep_all();
    assert_eq!((play.released, play.held, play.texts(Role::System).len()), (1, 0, 1));
    assert!(
        play.ephemeral
            .iter()
            .any(|data| matches!(data, PublicationData::Notice(notice) if notice.code == 1005))
    );
}

#[test]
fn an_echo_is_one_record_of_both_messages_and_has_no_pieces() {
    let mut play = Play::new();
    play.rule(|rules| rules.style = AnswerStyle::Echo);
    play.send("m1", "Hello?");
    assert_eq!(play.records_under_way(), 1);
    play.keep_all();
    assert_eq!(
        (play.texts(Role::Visitor), play.texts(Role::Assistant)),
        (vec!["Hello?".into()], vec!["Hello?".into()])
    );
    assert_eq!((play.settled, play.held), (1, 0));
    assert!(play.ephemeral.is_empty() && play.pieces.is_empty());
}

#[test]
fn after_a_person_has_taken_over_the_chatbot_is_silent_until_it_is_given_back() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.keep_all();
    play.says("Half");
    play.command(Command::TakeOver { agent: agent() }, Credit::NotNeeded);
    play.says_and_finishes(" too late");
    play.send("m2", "Two?");
    play.keep_all();
    assert_eq!((play.texts(Role::Assistant).len(), play.held, play.being_answered()), (0, 0, None));
    play.command(Command::ReleaseToAssistant, Credit::NotNeeded);
    play.send("m3", "Three?");
    play.keep_all();
    assert_eq!(play.being_answered().as_deref(), Some("Three?"));
}

#[test]
fn a_question_that_becomes_durable_after_a_person_took_over_is_not_answered_even_when_given_back() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.command(Command::TakeOver { agent: agent() }, Credit::NotNeeded);
    play.command(Command::ReleaseToAssistant, Credit::NotNeeded);
    play.keep_all();
    assert_eq!((play.being_answered(), play.held), (None, 0));
}

#[test]
fn an_agent_who_speaks_takes_over() {
    let mut play = Play::new();
    play.command(Command::SendAgentMessage { agent: agent(), text: "Hi".into() }, Credit::NotNeeded);
    play.keep_all();
    assert_eq!((play.state.phase(), play.texts(Role::Agent)), (Phase::Agent, vec!["Hi".to_owned()]));
}

#[test]
fn a_visitor_who_asks_for_a_person_is_answered_by_the_chatbot_until_one_comes() {
    let mut play = Play::new();
    let asked = play.command(Command::RequestAgent { reason: Some("Invoice".into()) }, Credit::NotNeeded);
    play.send("m1", "Anybody?");
    play.keep_all();
    assert_eq!(play.reply(asked), Some(Ok(Reply::Phase(Phase::Waiting))));
    assert_eq!(play.being_answered().as_deref(), Some("Anybody?"));
}

#[test]
fn what_is_too_long_empty_or_said_after_the_end_is_refused_and_not_stored() {
    let mut play = Play::new();
    play.rule(|rules| rules.message_chars_max = 5);
    let refused = |play: &mut Play, text: &str| {
        let id = play.send("m", text);
        play.reply(id).and_then(Result::err).map(|refusal| refusal.code)
    };
    assert_eq!(refused(&mut play, "äääääö"), Some(RefusalCode::MessageTooLong));
    assert_eq!(refused(&mut play, " \n"), Some(RefusalCode::BadRequest));
    play.command(Command::Close, Credit::NotNeeded);
    assert_eq!(refused(&mut play, "äääää"), Some(RefusalCode::SessionClosed));
    play.keep_all();
    assert_eq!((play.texts(Role::Visitor).len(), play.held), (0, 0));
}

#[test]
fn a_visitor_who_writes_too_fast_is_told_when_to_go_on_and_can_send_the_same_id_again() {
    let mut play = Play::new();
    let (per_minute, burst) = (NonZeroU32::new(60).unwrap(), NonZeroU32::new(2).unwrap());
    play.rule(|rules| rules.pace = Some(Pace { per_minute, burst }));
    play.send("m1", "One?");
    play.send("m2", "Two?");
    let third = play.send("m3", "Three?");
    let Some(Err(refusal)) = play.reply(third) else { panic!("it is too fast") };
    assert_eq!(refusal.code, RefusalCode::RateLimited);
    play.wait(refusal.retry_after.unwrap());
    let again = play.send("m3", "Three?");
    play.keep_all();
    assert!(matches!(play.reply(again), Some(Ok(Reply::Sent { seq: Seq(3), duplicate: Duplicate::No, .. }))));
}

#[test]
fn without_a_credit_nothing_is_stored_and_the_reason_is_passed_on() {
    let mut play = Play::new();
    let refusal = Refusal::new(RefusalCode::QuotaExceeded, "All answers are used up.");
    let id = play.command(message("m1", "One?"), Credit::Refused(refusal.clone()));
    assert_eq!(play.reply(id), Some(Err(refusal)));
    assert_eq!(play.records_under_way(), 0);
}

#[test]
fn more_questions_than_may_wait_are_refused() {
    let mut play = Play::new();
    play.rule(|rules| rules.questions_max = 2);
    let ids: Vec<_> = (0..3).map(|n| play.send(&format!("m{n}"), "Hm?")).collect();
    let refusal = play.reply(ids[2]).and_then(Result::err).map(|refusal| refusal.code);
    assert_eq!((refusal, play.held), (Some(RefusalCode::Overloaded), 2));
}

#[test]
fn what_the_store_lost_is_refused_and_can_be_sent_again() {
    let mut play = Play::new();
    let lost = play.send("m1", "One?");
    play.lose();
    assert_eq!(
        play.reply(lost).and_then(Result::err).map(|refusal| refusal.code),
        Some(RefusalCode::Overloaded)
    );
    let again = play.send("m1", "One?");
    play.keep_all();
    assert!(matches!(play.reply(again), Some(Ok(Reply::Sent { seq: Seq(1), duplicate: Duplicate::No, .. }))));
}

#[test]
fn the_fate_of_a_record_from_before_a_reload_concerns_nobody() {
    let mut play = Play::new();
    play.send("m1", "One?");
    let stale = play.state.next_ticket();
    play.send("m2", "Two?");
    play.lose();
    assert!(!play.state.owns(stale));
    play.send("m1", "One?");
    assert!(!play.state.owns(stale));
}

#[test]
fn a_change_that_is_not_durable_is_no_memory() {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.keep_all();
    let before = play.state.memory();
    play.command(Command::TakeOver { agent: agent() }, Credit::NotNeeded);
    assert_eq!(play.state.memory(), before);
}
