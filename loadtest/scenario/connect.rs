//! `connect`: how long until a visitor has a session.

use crate::arguments::ConnectArguments;
use crate::conversation::{Expectation, Persistence};
use crate::report::{Measured, Mode};
use crate::scenario::{RunError, gather};
use crate::serving::SharedRecorder;
use crate::target::Target;
use crate::visitor::Visitor;

pub(super) async fn run(
    arguments: &ConnectArguments,
    recorder: &SharedRecorder,
) -> Result<Measured, RunError> {
    let targets = Target::chatbots(&arguments.chatbot, &arguments.sockets)?;
    let silent = || Visitor::new(0, Expectation::Any, Persistence::GivesUp);
    let (crowd, connect) =
        gather(targets, (&arguments.sockets, Persistence::GivesUp), recorder, silent).await?;
    crowd.leave().await;
    Ok(Measured { mode: Mode::Connect, sockets: arguments.sockets.sockets, connect, load: None })
}
