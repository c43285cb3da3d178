//! From a file's text to a scenario that can be run: every key has its place, and what contradicts itself is said before
//! anything is loaded.

use std::num::NonZeroU32;
use std::time::Duration;

use toml::{Table, Value};

use crate::conversation::{Expectation, Persistence};
use crate::fanout::TEXT_BYTES_MIN;
use crate::scenario::overlay::{self, Setting};
use crate::scenario::section::{ScenarioError, Section};
use crate::scenario::{
    AggressorPlan, Attack, Beginning, Counting, DashboardPlan, Kind, MessagePlan, Pace, PhasePlan, RATE_MAX,
    Reach, SOCKETS_MAX, SOURCE_ADDRESSES_MAX, Scenario, SignIn, SocketPlan, TEXT_BYTES_MAX, TargetPlan,
    Threshold, WATCHERS, threshold,
};

/// Phases of one scenario.
const PHASES_MAX: usize = 32;
/// The most that a phase may be of a server's capacity, in hundredths of it.
const PERCENT_MAX: u32 = 1_000;
/// Pages of one text: some 15 MB.
const PAGES_MAX: u32 = 5_000;
const PAGES: NonZeroU32 = NonZeroU32::new(500).unwrap();
const AGGRESSOR_RATE: NonZeroU32 = NonZeroU32::new(500).unwrap();
/// The server's limit of listeners of one session.
const WATCHERS_MAX: u32 = 100_000;
const URL: &str = "http://127.0.0.1:8080";
const SOCKETS: NonZeroU32 = NonZeroU32::new(64).unwrap();
const CONNECT_RATE: NonZeroU32 = NonZeroU32::new(200).unwrap();

const TEXT_BYTES: u32 = 100;
const TIMEOUT: Duration = Duration::from_secs(10);
const DRAIN: Duration = Duration::from_secs(5);

/// Reads the scenario that a file called `name` holds, with `settings` in the place of its own.
///
/// # Errors
/// When it is no TOML, or says what can't be meant.
pub(crate) fn read(name: &str, text: &str, settings: &[Setting]) -> Result<Scenario, ScenarioError> {
    let mut table: Table = text
        .parse()
        .map_err(|error: toml::de::Error| ScenarioError::Syntax(error.to_string().trim_end().to_owned()))?;
    for setting in settings {
        overlay::apply(&mut table, setting)?;
    }
    let mut root = Section::root(table);
    let kind = root.choice("kind", &Kind::NAMES)?;
    let kind =
        kind.ok_or(ScenarioError::Missing { place: "kind".into(), wanted: "what kind of load it is" })?;
    let scenario = Scenario {
        name: name.to_owned(),
        description: root.text("description")?.unwrap_or_default(),
        kind,
        target: target(root.section("target")?)?,
        sockets: sockets(root.section("sockets")?, kind)?,
        messages: messages(root.section("messages")?)?,
        dashboards: root.section_if_any("dashboards")?.map(dashboards).transpose()?,
        aggressor: root.section_if_any("aggressor")?.map(aggressor).transpose()?,
        phases: phases(root.sections("phases")?)?,
        thresholds: thresholds(root.take("thresholds"))?,
    };
    root.finish()?;
    check(&scenario)?;
    Ok(scenario)
}

fn target(mut section: Section) -> Result<TargetPlan, ScenarioError> {
    let mut urls = section.texts("url")?;
    if urls.is_empty() {
        urls.push(URL.to_owned());
    }
    let chatbot = section.text("chatbot")?;
    if let Some(wanted) = chatbot.as_deref().and_then(|id| chatbot_id(id).err()) {
        return Err(ScenarioError::unfit(section.place("chatbot"), wanted));
    }
    let target = TargetPlan {
        urls,
        chatbot,
        origin: section.text("origin")?,
        reach: if section.flag("allow_remote")? == Some(true) { Reach::Anywhere } else { Reach::Loopback },
        server_pid: section.number("server_pid", u32::MAX)?,
    };
    section.finish()?;
    Ok(target)
}

/// An id that can stand in a path as it is.
///
/// # Errors
/// What would be right, in words.
pub(crate) fn chatbot_id(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !text.is_empty() && text.len() <= 64 && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(String::from("an id of letters, digits, `-` and `_` is needed"))
    }
}

fn sockets(mut section: Section, kind: Kind) -> Result<SocketPlan, ScenarioError> {
    let choices = [
        ("never", Persistence::GivesUp),
        ("backoff", Persistence::Returns),
        ("at_once", Persistence::ReturnsAtOnce),
    ];
    let usual = if kind == Kind::Reconnect { Persistence::Returns } else { Persistence::GivesUp };
    let sockets = SocketPlan {
        count: section.number("count", SOCKETS_MAX)?.unwrap_or(SOCKETS),
        warm_up: section.number("warm_up", SOCKETS_MAX)?.map_or(0, NonZeroU32::get),
        rate: section.number("rate", RATE_MAX)?.unwrap_or(CONNECT_RATE),
        timeout: section.duration("timeout")?.unwrap_or(TIMEOUT),
        source_addresses: section.number("source_addresses", SOURCE_ADDRESSES_MAX)?,
        persistence: section.choice("reconnect", &choices)?.unwrap_or(usual),
        watchers: section.number("watchers", WATCHERS_MAX)?.unwrap_or(WATCHERS),
    };
    section.finish()?;
    Ok(sockets)
}

fn messages(mut section: Section) -> Result<MessagePlan, ScenarioError> {
    let choices = [("any", Expectation::Any), ("echo", Expectation::Echo)];
    let text_bytes = section.number("text_bytes", TEXT_BYTES_MAX)?.map_or(TEXT_BYTES, NonZeroU32::get);
    let messages = MessagePlan {
        text_bytes: usize::try_from(text_bytes).unwrap_or(usize::MAX),
        expectation: section.choice("expect", &choices)?.unwrap_or(Expectation::Any),
        drain: section.duration("drain")?.unwrap_or(DRAIN),
    };
    section.finish()?;
    Ok(messages)
}

fn dashboards(mut section: Section) -> Result<DashboardPlan, ScenarioError> {
    let missing = |place: String, wanted| ScenarioError::Missing { place, wanted };
    let rate = section.number("rate", RATE_MAX)?;
    let rate = rate.ok_or_else(|| missing(section.place("rate"), "calls a second"))?;
    let paths = section.texts("paths")?;
    if paths.is_empty() {
        return Err(missing(section.place("paths"), "what is called, such as \"/v1/chatbots\""));
    }
    let sign_in = sign_in(&mut section)?;
    section.finish()?;
    Ok(DashboardPlan { rate, paths, sign_in })
}

fn sign_in(section: &mut Section) -> Result<SignIn, ScenarioError> {
    match (section.text("token")?, section.text("email")?, section.text("password")?) {
        (None, None, None) => Ok(SignIn::Owner),
        (Some(token), None, None) => Ok(SignIn::Token(token)),
        (None, Some(email), Some(password)) => Ok(SignIn::Password { email, password }),
        _ => Err(ScenarioError::unfit(section.place("token"), "either a token, or both email and password")),
    }
}

fn aggressor(mut section: Section) -> Result<AggressorPlan, ScenarioError> {
    let aggressor = AggressorPlan {
        pages: section.number("pages", PAGES_MAX)?.unwrap_or(PAGES),
        sockets: section.number("sockets", SOCKETS_MAX)?.unwrap_or(SOCKETS),
        rate: section.number("rate", RATE_MAX)?.unwrap_or(AGGRESSOR_RATE),
        sign_in: sign_in(&mut section)?,
    };
    section.finish()?;
    Ok(aggressor)
}

fn phases(sections: Vec<Section>) -> Result<Vec<PhasePlan>, ScenarioError> {
    let several = sections.len() > 1;
    let numbered = sections.into_iter().enumerate();
    numbered.map(|(index, section)| phase(section, (index, several))).collect()
}

fn phase(mut section: Section, (index, several): (usize, bool)) -> Result<PhasePlan, ScenarioError> {
    let usual = if several { format!("phase {}", index + 1) } else { String::from("load") };
    let name = section.text("name")?.unwrap_or(usual);
    if name.is_empty() || name.contains([':', '/']) {
        return Err(ScenarioError::unfit(section.place("name"), "a name without `:` and `/` is needed"));
    }
    let pace = pace(&mut section)?;
    let attacks = [("upload", Attack::Upload), ("crowd", Attack::Crowd)];
    let attack = section.choice("aggressor", &attacks)?;
    let duration = section.duration("duration")?;
    let missing = || ScenarioError::Missing { place: section.place("duration"), wanted: "how long it takes" };
    let phase = PhasePlan {
        name,
        pace,
        duration: duration.ok_or_else(missing)?,
        counting: if section.flag("warm_up")? == Some(true) { Counting::WarmUp } else { Counting::Measured },
        beginning: if section.flag("cut")? == Some(true) { Beginning::Cut } else { Beginning::Quiet },
        attack,
    };
    section.finish()?;
    Ok(phase)
}

fn pace(section: &mut Section) -> Result<Pace, ScenarioError> {
    let saturate = section.flag("saturate")? == Some(true);
    let percent = section.number("capacity_percent", PERCENT_MAX)?;
    match (section.number("rate", RATE_MAX)?, percent, saturate) {
        (Some(rate), None, false) => Ok(Pace::Rate(rate)),
        (None, Some(percent), false) => Ok(Pace::Percent(percent)),
        (None, None, true) => Ok(Pace::Saturated),
        (None, None, false) => Ok(Pace::Silent),
        (_, Some(_), _) => {
            Err(ScenarioError::unfit(section.place("capacity_percent"), "this, or a rate, or `saturate`"))
        }
        (Some(_), None, true) => {
            Err(ScenarioError::unfit(section.place("saturate"), "either this or a rate"))
        }
    }
}

fn thresholds(value: Option<Value>) -> Result<Vec<Threshold>, ScenarioError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Table(table)) => threshold::read(&table),
        Some(_) => Err(ScenarioError::unfit("thresholds", "a table is needed")),
    }
}

/// What one key can't know of another. That a chatbot is named is asked later: the run may make one.
fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    let unfit = |place: &str, wanted: &str| Err(ScenarioError::unfit(place, wanted));
    let phases = &scenario.phases;
    if phases.is_empty() || phases.len() > PHASES_MAX {
        return unfit("phases", "from 1 to 32 phases are needed: [[phases]] with a duration");
    }
    if !phases.iter().any(|phase| phase.counting == Counting::Measured) {
        return unfit("phases", "one of them must not be a warm-up");
    }
    let rated = phases.iter().any(|phase| matches!(phase.pace, Pace::Rate(_)));
    if scenario.kind == Kind::Connect && !rated {
        return unfit("phases", "a phase with a rate is needed: connections begun a second");
    }
    if scenario.kind == Kind::Idle && phases.iter().any(|phase| phase.pace != Pace::Silent) {
        return unfit("phases", "silent sockets have no rate");
    }
    let returns = scenario.sockets.persistence.returns();
    if !returns && phases.iter().any(|phase| phase.beginning == Beginning::Cut) {
        return unfit("sockets.reconnect", "sockets that are cut must come back: \"backoff\" or \"at_once\"");
    }
    if scenario.kind != Kind::Connect && scenario.sockets.warm_up >= scenario.sockets.count.get() {
        return unfit("sockets.warm_up", "fewer than `sockets.count` are needed");
    }
    if scenario.kind == Kind::Fanout && scenario.messages.text_bytes < TEXT_BYTES_MIN {
        return unfit("messages.text_bytes", "texts of 16 bytes or more are needed to tell them apart");
    }
    check_phases(scenario)?;
    if scenario.kind == Kind::Mixed && scenario.dashboards.is_none() {
        return unfit("dashboards", "a mixed load needs them");
    }
    let named: Vec<_> = scenario.thresholds.iter().flat_map(|found| found.expression.phases()).collect();
    match named.into_iter().find(|name| !phases.iter().any(|phase| phase.name == **name)) {
        Some(name) => {
            let known = phases.iter().map(|phase| phase.name.as_str());
            Err(ScenarioError::unknown(format!("thresholds: phase {name}"), name, known))
        }
        None => Ok(()),
    }
}

/// What a phase can't know of those before it, and of the rest of the file.
fn check_phases(scenario: &Scenario) -> Result<(), ScenarioError> {
    let mut saturated = false;
    for (index, phase) in scenario.phases.iter().enumerate() {
        let place = |key: &str| format!("phases.{index}.{key}");
        saturated |= phase.pace == Pace::Saturated;
        if matches!(phase.pace, Pace::Percent(_)) && !saturated {
            let wanted = "a phase with `saturate` is needed before it, which shows what 100 are";
            return Err(ScenarioError::unfit(place("capacity_percent"), wanted));
        }
        if phase.attack.is_some() && scenario.aggressor.is_none() {
            return Err(ScenarioError::unfit(place("aggressor"), "a section [aggressor] is needed"));
        }
    }
    Ok(())
}
