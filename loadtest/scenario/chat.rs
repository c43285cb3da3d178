//! `chat`: visitors who ask, with every conversation checked.

use crate::arguments::ChatArguments;
use crate::conversation::{Expectation, Persistence};
use crate::report::{Measured, Mode};
use crate::scenario::{RunError, gather, load};
use crate::serving::SharedRecorder;
use crate::target::Target;
use crate::visitor::Visitor;

pub(super) async fn run(arguments: &ChatArguments, recorder: &SharedRecorder) -> Result<Measured, RunError> {
    let (sockets, wanted) = (&arguments.sockets, &arguments.load);
    let targets = Target::chatbots(&arguments.chatbot, sockets)?;
    let expectation = if arguments.expect_echo { Expectation::Echo } else { Expectation::Any };
    let persistence = if arguments.reconnect { Persistence::Returns } else { Persistence::GivesUp };
    let visitor = || Visitor::new(wanted.text_length(), expectation, persistence);
    let (crowd, connect) = gather(targets, (sockets, persistence), recorder, visitor).await?;
    let phase = load(&crowd, wanted, sockets.server_pid).await?;
    crowd.leave().await;
    let mode = if wanted.saturate { Mode::ChatSaturated } else { Mode::Chat };
    Ok(Measured { mode, sockets: sockets.sockets, connect, load: Some(phase) })
}
