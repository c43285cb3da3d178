//! Scenarios as files, those that come with the program among them.

use std::time::Duration;

use crate::conversation::{Expectation, Persistence};
use crate::latencies::Stage;
use crate::scenario::reading::read;
use crate::scenario::{
    Attack, Beginning, Bound, Counting, FigureOf, Kind, Pace, SHIPPED, Scenario, Setting, SignIn, Statistic,
    load,
};

const SMALL: &str = "kind = 'chat'\n[[phases]]\nrate = 10\nduration = '2s'\n";

fn small(more: &str) -> Result<Scenario, String> {
    read("small", &format!("{SMALL}{more}"), &[]).map_err(|error| error.to_string())
}

#[test]
fn every_shipped_scenario_can_be_run_and_every_kind_has_one() {
    let found: Vec<_> = SHIPPED.iter().map(|(name, _)| load(name, &[]).unwrap()).collect();
    for (name, kind) in Kind::NAMES {
        let scenario = found.iter().find(|scenario| scenario.name == name).unwrap();
        assert_eq!(scenario.kind, kind, "{name}");
    }
    for scenario in &found {
        assert!(!scenario.description.is_empty() && !scenario.thresholds.is_empty(), "{}", scenario.name);
    }
}

#[test]
fn what_a_file_leaves_out_has_a_usual_value() {
    let scenario = small("").unwrap();
    assert_eq!((scenario.name.as_str(), scenario.kind), ("small", Kind::Chat));
    assert_eq!(scenario.target.urls, ["http://127.0.0.1:8080"]);
    assert_eq!((scenario.sockets.count.get(), scenario.sockets.rate.get()), (64, 200));
    assert_eq!(scenario.sockets.persistence, Persistence::GivesUp);
    assert_eq!((scenario.messages.text_bytes, scenario.messages.expectation), (100, Expectation::Any));
    let phase = &scenario.phases[0];
    assert_eq!((phase.name.as_str(), phase.duration), ("load", Duration::from_secs(2)));
    assert_eq!((phase.counting, phase.beginning), (Counting::Measured, Beginning::Quiet));
    assert!(matches!(phase.pace, Pace::Rate(rate) if rate.get() == 10));
}

#[test]
fn a_file_says_all_there_is_to_say() {
    let scenario = small(
        "[[phases]]\nname = 'cut'\nduration = '1s'\ncut = true\nwarm_up = true\n\
         [target]\nurl = ['http://a', 'http://b']\nchatbot = 'cb'\norigin = 'o'\nserver_pid = 7\n\
         [sockets]\nreconnect = 'backoff'\n[messages]\nexpect = 'echo'\ndrain = '1s'\n\
         [dashboards]\nrate = 3\npaths = '/v1/me'\nemail = 'e'\npassword = 'p'\n[thresholds]\n'cut:ack.p99' = '1ms'\n\
         [aggressor]\npages = 3\nsockets = 2\nrate = 5\ntoken = 't'\n\
         [[phases]]\nduration = '1s'\nsaturate = true\n\
         [[phases]]\nduration = '1s'\ncapacity_percent = 300\naggressor = 'upload'",
    )
    .unwrap();
    let aggressor = scenario.aggressor.unwrap();
    assert_eq!((aggressor.pages.get(), aggressor.sockets.get(), aggressor.rate.get()), (3, 2, 5));
    assert!(matches!(scenario.phases[3].pace, Pace::Percent(percent) if percent.get() == 300));
    assert_eq!((scenario.phases[1].attack, scenario.phases[3].attack), (None, Some(Attack::Upload)));
    assert_eq!((scenario.target.urls.len(), scenario.target.chatbot.as_deref()), (2, Some("cb")));
    assert_eq!(scenario.phases[1].pace, Pace::Silent);
    assert_eq!(scenario.phases[1].beginning, Beginning::Cut);
    assert!(matches!(scenario.dashboards.unwrap().sign_in, SignIn::Password { .. }));
    assert_eq!(scenario.thresholds[0].bound, Bound::Max(1_000.0));
}

#[test]
fn the_command_line_has_the_last_word_and_the_same_errors() {
    let with = |settings: &[&str]| {
        let settings: Vec<Setting> = settings.iter().map(|text| text.parse().unwrap()).collect();
        read("small", SMALL, &settings).map_err(|error| error.to_string())
    };
    let scenario = with(&["phases.0.duration=9s", "sockets.count=7", "thresholds.ack.p99=3ms"]).unwrap();
    assert_eq!((scenario.phases[0].duration.as_secs(), scenario.sockets.count.get()), (9, 7));
    assert_eq!(scenario.thresholds.len(), 1);
    let error = with(&["sockets.cuont=7"]).unwrap_err();
    assert_eq!(error, "`sockets.cuont` is unknown; did you mean `sockets.count`?");
}

#[test]
fn what_can_not_be_meant_is_said_with_its_place() {
    let said = [
        ("[target]\nchatbot = '../x'", "`target.chatbot`: an id"),
        ("[[phases]]\nrat = 1\nduration = '1s'", "`phases.1.rat` is unknown; did you mean `phases.1.rate`?"),
        ("[[phases]]\nrate = 1", "`phases.1.duration` is missing: how long it takes"),
        ("[[phases]]\nrate = 1\nsaturate = true\nduration = '1s'", "`phases.1.saturate`: either"),
        (
            "[[phases]]\ncapacity_percent = 90\nduration = '1s'",
            "`phases.1.capacity_percent`: a phase with `saturate` is needed before",
        ),
        (
            "[[phases]]\ncapacity_percent = 9\nrate = 1\nduration = '1s'",
            "`phases.1.capacity_percent`: this, or a rate",
        ),
        ("[[phases]]\naggressor = 'crowd'\nduration = '1s'", "`phases.1.aggressor`: a section [aggressor]"),
        ("[[phases]]\ncut = true\nduration = '1s'", "`sockets.reconnect`: sockets that are cut must"),
        ("[dashboards]\nrate = 1", "`dashboards.paths` is missing"),
        ("[dashboards]\nrate = 1\npaths = '/'\nemail = 'e'", "`dashboards.token`: either a token"),
        ("[threshold]\nerrors = 0", "`threshold` is unknown; did you mean `thresholds`?"),
        ("[thresholds]\n'laod:errors' = 0", "`thresholds: phase laod` is unknown; did you mean `load`?"),
        ("[sockets]\ncount = 200001", "`sockets.count`: a number from 1 to 200000 is needed"),
    ];
    for (more, expected) in said {
        let error = small(more).unwrap_err();
        assert!(error.starts_with(expected), "{more}: {error}");
    }
}

#[test]
fn what_is_no_toml_tells_its_line() {
    let error = small("[sockets\n").unwrap_err();
    assert!(error.contains("line 5"), "{error}");
    let absent = load("no/such.toml", &[]).unwrap_err().to_string();
    assert!(absent.contains("chat, connect") && absent.contains("no/such.toml"), "{absent}");
}

#[test]
fn the_manual_names_all_that_a_file_may_say() {
    const MANUAL: &str = include_str!("../../docs/src/load-testing.md");
    let stages = Stage::ALL.iter().map(|stage| stage.name().to_owned());
    let statistics = Statistic::NAMES.iter().map(|(name, _)| format!(".{name}"));
    let figures = FigureOf::all().map(|(name, _)| name).filter(|name| !name.contains('.'));
    let scenarios = SHIPPED.iter().map(|(name, _)| (*name).to_owned());
    for name in stages.chain(figures).chain(scenarios) {
        assert!(MANUAL.contains(&format!("`{name}`")), "{name} is not in the manual");
    }
    for name in statistics {
        assert!(MANUAL.contains(&format!("{name}`")), "{name} is not in the manual");
    }
}

#[test]
fn the_manuals_example_is_one() {
    let manual = include_str!("../../docs/src/load-testing.md");
    let example = manual.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let scenario = read("manual", example, &[]).unwrap();
    assert_eq!((scenario.phases.len(), scenario.thresholds.len()), (2, 5));
}

#[test]
fn secrets_are_not_shown() {
    let scenario = small("[dashboards]\nrate = 1\npaths = '/'\ntoken = 'aihio_sk_1'").unwrap();
    assert!(!format!("{scenario:?}").contains("aihio_sk_1"));
}
