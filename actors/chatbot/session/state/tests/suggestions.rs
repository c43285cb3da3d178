//! What may be asked next is offered after the answer and never in the way of what comes.

use super::agent;
use super::play::Play;
use crate::chatbot::session::command::Command;
use crate::chatbot::session::state::Credit;

fn answered() -> Play {
    let mut play = Play::new();
    play.send("m1", "One?");
    play.keep_all();
    play.says_and_finishes("1");
    play
}

#[test]
fn questions_are_offered_once_the_answer_is_stored_and_not_before() {
    for tokens in [0, 7] {
        let mut play = answered();
        play.suggests("Two?", tokens);
        assert_eq!(play.suggestions(), Vec::<String>::new());
        play.keep_all();
        assert_eq!(play.suggestions(), ["Two?"]);
        assert_eq!((play.settled, play.held), (1, 0), "they take no credit");
        play.suggests("Three?", tokens);
        assert_eq!(play.suggestions(), ["Two?"], "once an answer");
    }
}

#[test]
fn whoever_has_asked_already_is_offered_nothing() {
    let mut play = answered();
    play.keep_all();
    play.send("m2", "Another?");
    play.suggests("Two?", 7);
    assert_eq!(play.records_under_way(), 2, "what a model took is kept all the same");
    play.keep_all();
    play.says("An answer");
    play.suggests("Two?", 0);
    assert_eq!(play.suggestions(), Vec::<String>::new());
}

#[test]
fn nothing_is_offered_while_a_person_speaks() {
    let mut play = answered();
    play.command(Command::TakeOver { agent: agent() }, Credit::NotNeeded);
    play.keep_all();
    play.suggests("Two?", 0);
    assert_eq!(play.suggestions(), Vec::<String>::new());
}
