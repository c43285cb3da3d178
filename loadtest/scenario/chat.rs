//! `chat`: visitors who ask, with every conversation checked.

use crate::arguments::ChatArguments;
use crate::conversation::Expectation;
use crate::report::{Measured, Mode};
use crate::scenario::{RunError, gather, load};
use crate::serving::SharedRecorder;
use crate::target::Target;
use crate::visitor::Visitor;

pub(super) async fn run(arguments: &ChatArguments, recorder: &SharedRecorder) -> Result<Measured, RunError> {
    let (sockets, wanted) = (&arguments.sockets, &arguments.load);
    let target = Target::chatbot(&arguments.chatbot.url, &arguments.chatbot.chatbot, sockets)?;
    let expectation = if arguments.expect_echo { Expectation::Echo } else { Expectation::Any };
    let visitor = || Visitor::new(wanted.text_length(), expectation);
    let (crowd, connect) = gather(target, sockets, recorder, visitor).await?;
    let phase = load(&crowd, wanted, sockets.server_pid).await?;
    crowd.leave().await;
    let mode = if wanted.saturate { Mode::ChatSaturated } else { Mode::Chat };
    Ok(Measured { mode, sockets: sockets.sockets, connect, load: Some(phase) })
}
