//! `idle`: what a visitor costs who says nothing.

use tokio::time::sleep;

use crate::arguments::IdleArguments;
use crate::conversation::{Expectation, Persistence};
use crate::phase::Running;
use crate::report::{Measured, Mode};
use crate::scenario::{RunError, gather};
use crate::serving::SharedRecorder;
use crate::target::Target;
use crate::visitor::Visitor;

pub(super) async fn run(arguments: &IdleArguments, recorder: &SharedRecorder) -> Result<Measured, RunError> {
    let targets = Target::chatbots(&arguments.chatbot, &arguments.sockets)?;
    let silent = || Visitor::new(0, Expectation::Any, Persistence::GivesUp);
    let (crowd, connect) =
        gather(targets, (&arguments.sockets, Persistence::GivesUp), recorder, silent).await?;
    let hold = Running::begin(arguments.sockets.server_pid)?;
    sleep(arguments.duration).await;
    let load = Some(hold.end()?);
    crowd.leave().await;
    Ok(Measured { mode: Mode::Idle, sockets: arguments.sockets.sockets, connect, load })
}
