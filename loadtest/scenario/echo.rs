//! `echo`: the floor, from any WebSocket echo server.

use crate::arguments::EchoArguments;
use crate::conversation::Persistence;
use crate::echo::EchoClient;
use crate::report::{Measured, Mode};
use crate::scenario::{RunError, gather, load};
use crate::serving::SharedRecorder;
use crate::target::Target;

pub(super) async fn run(arguments: &EchoArguments, recorder: &SharedRecorder) -> Result<Measured, RunError> {
    let (sockets, wanted) = (&arguments.sockets, &arguments.load);
    let target = Target::socket(&arguments.url, sockets)?;
    let client = || EchoClient::new(wanted.text_length());
    let (crowd, connect) = gather(vec![target], (sockets, Persistence::GivesUp), recorder, client).await?;
    let phase = load(&crowd, wanted, sockets.server_pid).await?;
    crowd.leave().await;
    let mode = if wanted.saturate { Mode::EchoSaturated } else { Mode::Echo };
    Ok(Measured { mode, sockets: sockets.sockets, connect, load: Some(phase) })
}
