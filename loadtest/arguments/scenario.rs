//! Commands are scenarios too: the same plan, made of arguments instead of a file.

use std::time::Duration;

use crate::arguments::{
    ChatArguments, ChatbotArguments, Command, ConnectArguments, IdleArguments, LoadArguments,
    OutputArguments, RawArguments, SocketArguments,
};
use crate::conversation::{Expectation, Persistence};
use crate::scenario::{
    Beginning, Counting, Kind, LoadError, MessagePlan, Pace, PhasePlan, Reach, Scenario, SocketPlan,
    TargetPlan, WATCHERS, load,
};

/// What a command that says little says of messages.
const SILENCE: MessagePlan =
    MessagePlan { text_bytes: 0, expectation: Expectation::Any, drain: Duration::from_millis(1) };

impl Command {
    /// The scenario that this command means, and where its report goes; none of a command that runs other than one.
    pub(crate) fn load(&self) -> Option<Result<(Scenario, &OutputArguments), LoadError>> {
        Some(match self {
            Self::Run(arguments) => {
                load(&arguments.file, &arguments.settings).map(|scenario| (scenario, &arguments.output))
            }
            Self::Connect(arguments) => Ok((arguments.scenario(), &arguments.output)),
            Self::Idle(arguments) => Ok((arguments.scenario(), &arguments.output)),
            Self::Chat(arguments) => Ok((arguments.scenario(), &arguments.output)),
            Self::Raw(arguments) => Ok((arguments.scenario(), &arguments.output)),
            Self::Compare(_) => return None,
        })
    }
}

impl ConnectArguments {
    /// One phase that is as long as the sockets need at their rate.
    fn scenario(&self) -> Scenario {
        let (sockets, rate) = (self.sockets.sockets.get(), self.sockets.connect_rate.get());
        // Half an arrival less, so that roundings make no socket more.
        let seconds = (f64::from(sockets) - 0.5) / f64::from(rate);
        let pace = Pace::Rate(self.sockets.connect_rate);
        let phases = vec![phase("connect", pace, Duration::from_secs_f64(seconds))];
        scenario(Kind::Connect, (self.chatbot.target(&self.sockets), &self.sockets), SILENCE, phases)
    }
}

impl IdleArguments {
    fn scenario(&self) -> Scenario {
        let phases = vec![phase("hold", Pace::Silent, self.duration)];
        scenario(Kind::Idle, (self.chatbot.target(&self.sockets), &self.sockets), SILENCE, phases)
    }
}

impl ChatArguments {
    fn scenario(&self) -> Scenario {
        let expectation = if self.expect_echo { Expectation::Echo } else { Expectation::Any };
        let messages = self.load.messages(expectation);
        let target = self.chatbot.target(&self.sockets);
        let mut scenario = scenario(Kind::Chat, (target, &self.sockets), messages, vec![self.load.phase()]);
        if self.reconnect {
            scenario.sockets.persistence = Persistence::Returns;
        }
        scenario
    }
}

impl RawArguments {
    fn scenario(&self) -> Scenario {
        let target = target(vec![self.url.clone()], None, &self.sockets);
        let messages = self.load.messages(Expectation::Any);
        scenario(Kind::Raw, (target, &self.sockets), messages, vec![self.load.phase()])
    }
}

impl ChatbotArguments {
    fn target(&self, sockets: &SocketArguments) -> TargetPlan {
        target(self.urls.clone(), Some(self.chatbot.clone()), sockets)
    }
}

impl LoadArguments {
    fn messages(&self, expectation: Expectation) -> MessagePlan {
        let text_bytes = usize::try_from(self.text_bytes.get()).unwrap_or(usize::MAX);
        MessagePlan { text_bytes, expectation, drain: self.drain }
    }

    fn phase(&self) -> PhasePlan {
        phase("load", if self.saturate { Pace::Saturated } else { Pace::Rate(self.rate) }, self.duration)
    }
}

fn target(urls: Vec<String>, chatbot: Option<String>, sockets: &SocketArguments) -> TargetPlan {
    TargetPlan {
        urls,
        chatbot,
        origin: sockets.origin.clone(),
        reach: if sockets.allow_remote { Reach::Anywhere } else { Reach::Loopback },
        server_pid: sockets.server_pid,
    }
}

fn phase(name: &str, pace: Pace, duration: Duration) -> PhasePlan {
    let (counting, beginning) = (Counting::Measured, Beginning::Quiet);
    PhasePlan { name: name.to_owned(), pace, duration, counting, beginning, attack: None }
}

fn scenario(
    kind: Kind,
    (target, sockets): (TargetPlan, &SocketArguments),
    messages: MessagePlan,
    phases: Vec<PhasePlan>,
) -> Scenario {
    Scenario {
        name: kind.name().to_owned(),
        description: String::new(),
        kind,
        target,
        sockets: SocketPlan {
            count: sockets.sockets,
            warm_up: 0,
            rate: sockets.connect_rate,
            timeout: sockets.connect_timeout,
            source_addresses: sockets.source_addresses,
            persistence: Persistence::GivesUp,
            watchers: WATCHERS,
        },
        messages,
        dashboards: None,
        aggressor: None,
        phases,
        thresholds: Vec::new(),
    }
}
