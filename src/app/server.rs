//! How the service is served and how it ends.

use std::any::Any;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::{Extensions, ServerHandle};
use tokio::signal::unix::{SignalKind, signal};

use super::{App, StartError};
use crate::http::application;

/// How long the kernel keeps a connection whose peer takes nothing (RFC 5482).
const USER_TIMEOUT: Duration = Duration::from_secs(15);

/// How long a client may take for the head of a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn run(app: App) -> Result<(), StartError> {
    let service = app.service.clone();
    let sweeping = service.limits.sweep();
    let server = HttpServer::new(move || application(service.clone()))
        .workers(app.workers)
        .on_connect(prepare_connection)
        .client_request_timeout(REQUEST_TIMEOUT)
        .shutdown_timeout(app.drain.as_secs())
        .disable_signals()
        .listen(app.listener)?
        .run();
    let stopping = actix_rt::spawn(drain_when_told(app.service, app.drain, server.handle()));
    let served = server.await;
    sweeping.abort();
    stopping.abort();
    Ok(served?)
}

/// Peers that are gone are noticed by the kernel, since an actor whose socket takes nothing stands still; small
/// frames leave at once.
fn prepare_connection(connection: &dyn Any, _: &mut Extensions) {
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
        let socket = socket2::SockRef::from(stream);
        // A system that lacks an option serves without it.
        let _ = socket.set_tcp_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = socket.set_tcp_user_timeout(Some(USER_TIMEOUT));
    }
}

/// Waits for SIGTERM or SIGINT; then load balancers are told, sessions end in order, and the server stops.
async fn drain_when_told(
    service: actix_web::web::Data<crate::http::Service>,
    deadline: Duration,
    server: ServerHandle,
) {
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals can't be heard: the server ends without draining when it is told to stop");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: no new work is taken");
    service.readiness.begin_drain();
    service.engine.drain(deadline).await;
    server.stop(true).await;
}
