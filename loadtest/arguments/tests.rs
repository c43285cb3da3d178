//! Command lines as people type them.

use clap::CommandFactory;

use super::*;
use crate::conversation::{Expectation, Persistence};
use crate::scenario::{Kind, Pace, SHIPPED, Scenario};

fn scenario(words: &str) -> Scenario {
    let words = ["aihio-loadtest"].into_iter().chain(words.split_whitespace());
    Arguments::try_parse_from(words).unwrap().command.load().unwrap().unwrap().0
}

#[test]
fn the_command_line_is_consistent_and_names_every_scenario() {
    Arguments::command().debug_assert();
    let names: Vec<_> = SHIPPED.iter().map(|(name, _)| *name).collect();
    assert!(AFTER_HELP.contains(&format!("with the program: {}.", names.join(", "))));
}

#[test]
fn every_amount_has_a_maximum() {
    let parse = |extra: &[&str]| {
        let given = ["aihio-loadtest", "chat", "--chatbot", "c"].into_iter().chain(extra.iter().copied());
        Arguments::try_parse_from(given).is_ok()
    };
    assert!(parse(&["--sockets", "200_000", "--rate", "1000000", "--text-bytes", "32000"]));
    for extra in [["--sockets", "200001"], ["--sockets", "0"], ["--rate", "0"], ["--text-bytes", "32001"]] {
        assert!(!parse(&extra), "{extra:?} was accepted");
    }
    assert!(!parse(&["--saturate", "--rate", "5"]));
    assert!(!parse(&["--chatbot", "../x"]));
}

#[test]
fn commands_mean_scenarios() {
    let chat =
        scenario("chat --chatbot c --url http://a,http://b --reconnect --expect-echo --sockets 9 --saturate");
    assert_eq!((chat.kind, chat.target.urls.len(), chat.sockets.count.get()), (Kind::Chat, 2, 9));
    assert_eq!(chat.sockets.persistence, Persistence::Returns);
    assert_eq!((chat.messages.expectation, chat.phases[0].pace), (Expectation::Echo, Pace::Saturated));
    let raw = scenario("raw --url ws://127.0.0.1:1/ --text-bytes 7");
    assert_eq!((raw.kind, raw.target.chatbot, raw.messages.text_bytes), (Kind::Raw, None, 7));
    let shipped = scenario("run connect --set target.chatbot=c");
    assert_eq!((shipped.kind, shipped.target.chatbot.as_deref()), (Kind::Connect, Some("c")));
}

#[test]
fn connections_take_as_long_as_they_need_at_their_rate() {
    for (sockets, rate) in [(1, 200), (1_000, 500), (10, 3), (199_999, 1_000_000)] {
        let words = format!("connect --chatbot c --sockets {sockets} --connect-rate {rate}");
        assert_eq!(scenario(&words).phases[0].arrivals(), sockets, "{words}");
    }
}

#[test]
fn json_goes_to_a_file_or_to_standard_output() {
    let json = |words: &str| {
        let words = ["aihio-loadtest"].into_iter().chain(words.split_whitespace());
        Arguments::try_parse_from(words).unwrap().command.load().unwrap().unwrap().1.json.clone()
    };
    assert_eq!(json("run chat"), None);
    assert_eq!(json("run chat --json"), Some("-".into()));
    assert_eq!(json("run chat --json a.json --plain"), Some("a.json".into()));
}

#[test]
fn servers_and_load_have_a_core_each_unless_they_have_none() {
    let cores = |words: &str| {
        let words = ["aihio-loadtest", "compare"].into_iter().chain(words.split_whitespace());
        match Arguments::try_parse_from(words).map(|arguments| arguments.command) {
            Ok(Command::Compare(arguments)) => Ok((arguments.cores, arguments.sockets.len())),
            _ => Err(()),
        }
    };
    assert_eq!(cores(""), Ok((Some(Cores { server: 0, load: 1 }), 3)));
    assert_eq!(cores("--cores none --sockets 64"), Ok((None, 1)));
    assert_eq!(cores("--cores 2"), Err(()));
}
