//! What holds in every conversation, whatever happens in whatever order.

use std::collections::HashMap;

use proptest::prelude::*;

use super::agent;
use super::play::{Play, blank, message_of};
use crate::chatbot::session::command::{Command, Reply};
use crate::chatbot::session::replay::{Happening, Replay};
use crate::chatbot::session::state::{AnswerStyle, Credit};
use crate::model::{Event, EventBody, Phase, Role, Seq};
use crate::ports::Rating;

#[derive(Debug, Clone)]
enum Step {
    Send(u8),
    Keep(usize),
    Lose,
    Say,
    Finish,
    Suggest(u8),
    Fail,
    Stop,
    TakeOver,
    GiveBack,
    AskForAgent,
    AgentSays,
    Close,
    Judge,
    Echo(bool),
    BeginAgain,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0_u8..12).prop_map(Step::Send),
        6 => (1_usize..4).prop_map(Step::Keep),
        1 => Just(Step::Lose),
        6 => Just(Step::Say),
        4 => Just(Step::Finish),
        3 => (0_u8..2).prop_map(Step::Suggest),
        1 => Just(Step::Fail),
        2 => Just(Step::Stop),
        1 => Just(Step::TakeOver),
        1 => Just(Step::GiveBack),
        1 => Just(Step::AskForAgent),
        1 => Just(Step::AgentSays),
        1 => prop::sample::select(vec![Step::Judge, Step::Judge, Step::Judge, Step::Close]),
        1 => any::<bool>().prop_map(Step::Echo),
        1 => Just(Step::BeginAgain),
    ];
    prop::collection::vec(step, 0..120)
}

fn take(play: &mut Play, step: &Step) {
    match step {
        Step::Keep(count) => play.keep(*count),
        Step::Lose => play.lose(),
        Step::Say => play.says("a word "),
        Step::Finish => play.says_and_finishes("and the end."),
        Step::Suggest(tokens) => play.suggests("And then?", (*tokens).into()),
        Step::Fail => play.fails(),
        Step::Echo(echo) => {
            let style = if *echo { AnswerStyle::Echo } else { AnswerStyle::Written };
            play.rule(|rules| rules.style = style);
        }
        Step::BeginAgain => {
            play.keep_all();
            let memory = play.state.memory();
            let open = usize::from(play.being_answered().is_some());
            assert!(open <= memory.unanswered.len(), "what is being answered is unanswered");
            play.end_life();
            play.begin_again(Some(memory));
        }
        Step::Send(n) => {
            play.send(&format!("m{n}"), &format!("Question {n}?"));
        }
        Step::Stop => {
            play.stop();
        }
        Step::TakeOver | Step::GiveBack | Step::AskForAgent | Step::AgentSays | Step::Close | Step::Judge => {
            let command = command(play, step);
            play.command(command, Credit::NotNeeded);
        }
    }
}

fn command(play: &mut Play, step: &Step) -> Command {
    match step {
        Step::TakeOver => Command::TakeOver { agent: agent() },
        Step::GiveBack => Command::ReleaseToAssistant,
        Step::AskForAgent => Command::RequestAgent { reason: Some("Why".into()) },
        Step::AgentSays => Command::SendAgentMessage { agent: agent(), text: "Hm.".into() },
        Step::Close => Command::Close,
        _ => {
            let message_id = play.fresh().message_id;
            Command::GiveFeedback { message_id, rating: Rating::Up, comment: None }
        }
    }
}

/// Lets everything come to its end.
fn finish(play: &mut Play) {
    play.keep_all();
    while play.being_answered().is_some() {
        play.says_and_finishes("Done.");
        play.keep_all();
    }
}

/// Whether the chatbot is silent wherever it must be.
fn one_voice(events: &[Event]) -> bool {
    let mut phase = Phase::Assistant;
    events.iter().all(|event| match &event.body {
        EventBody::State(change) => {
            phase = change.state;
            true
        }
        EventBody::Message(message) => {
            message.role != Role::Assistant || matches!(phase, Phase::Assistant | Phase::Waiting)
        }
    })
}

/// The happening as it reads back from where it was written down.
fn read_back(happening: &Happening) -> Happening {
    serde_json::from_str(&serde_json::to_string(happening).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_down_of_a_conversation_gives_the_same_frames_again(steps in steps()) {
        let mut play = Play::new();
        steps.iter().for_each(|step| take(&mut play, step));
        finish(&mut play);
        let mut script = play.script().iter();
        let Some((Happening::Began(beginning), ..)) = script.next() else { panic!("it begins") };
        let mut replay = Replay::begin((**beginning).clone());
        for (happening, at, frames) in script {
            prop_assert_eq!(&replay.live(read_back(happening), *at), frames);
        }
        prop_assert_eq!(replay.state().memory().unanswered, play.state.memory().unanswered);
        prop_assert_eq!(replay.state().seq(), play.state.seq());
    }

    #[test]
    fn the_history_has_no_holes_nothing_twice_and_one_voice(steps in steps()) {
        let mut play = Play::new();
        steps.iter().for_each(|step| take(&mut play, step));
        finish(&mut play);
        let events = play.stored();
        prop_assert!((1..).zip(events).all(|(n, event)| event.seq == Seq(n)));
        let mut sent = HashMap::new();
        for message in events.iter().filter_map(message_of) {
            if let Some(client_id) = &message.client_id {
                prop_assert!(sent.insert(client_id.clone(), message.message_id).is_none(), "stored twice");
            }
        }
        prop_assert!(one_voice(events));
    }

    #[test]
    fn a_message_that_was_ever_acknowledged_has_its_position_for_good(steps in steps()) {
        let mut play = Play::new();
        let mut first = HashMap::new();
        for step in &steps {
            take(&mut play, step);
            if let Step::Send(n) = step {
                play.keep_all();
                let id = play.send(&format!("m{n}"), "again");
                play.keep_all();
                if let Some(Ok(Reply::Sent { seq, message_id, .. })) = play.reply(id) {
                    prop_assert_eq!(*first.entry(*n).or_insert((seq, message_id)), (seq, message_id));
                }
            }
        }
    }

    #[test]
    fn every_credit_is_settled_or_given_back_once_and_every_stored_answer_is_paid_for(steps in steps()) {
        let mut play = Play::new();
        steps.iter().for_each(|step| take(&mut play, step));
        finish(&mut play);
        prop_assert_eq!(play.held, 0);
        prop_assert_eq!(play.texts(Role::Assistant).len(), usize::try_from(play.settled).unwrap());
    }

    #[test]
    fn every_question_is_answered_or_closed_in_the_end(steps in steps()) {
        let mut play = Play::new();
        steps.iter().for_each(|step| take(&mut play, step));
        finish(&mut play);
        prop_assert!(play.state.memory().unanswered.is_empty());
        prop_assert!(play.state.is_quiet());
    }

    #[test]
    fn a_memory_of_any_moment_with_the_events_since_is_the_memory_of_now(
        steps in steps(), at in 0_usize..120,
    ) {
        let mut play = Play::new();
        let mut memory = None;
        for (index, step) in steps.iter().enumerate() {
            take(&mut play, step);
            if index == at { memory = Some(play.state.memory()); }
        }
        let rules = play.state.rules().clone();
        let (mut from_memory, mut from_events) = (blank(&rules), blank(&rules));
        from_memory.recall(memory, play.stored());
        from_events.recall(None, play.stored());
        let sorted = |state: &crate::chatbot::session::state::SessionState| {
            let mut memory = state.memory();
            memory.known.sort_by_key(|(fingerprint, _)| *fingerprint);
            memory
        };
        prop_assert_eq!(sorted(&from_memory), sorted(&play.state));
        prop_assert_eq!(sorted(&from_events), sorted(&play.state));
        prop_assert_eq!(from_memory.seq(), play.state.seq());
        prop_assert_eq!(from_memory.phase(), play.state.memory().phase);
    }
}
