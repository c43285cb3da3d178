//! How the service is served and how it ends.

mod stopping;

use std::any::Any;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Extensions;

use self::stopping::Stopping;
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
        .max_connections(app.files.connections(app.workers))
        .on_connect(prepare_connection)
        .client_request_timeout(REQUEST_TIMEOUT)
        .shutdown_timeout(app.drain.deadline.as_secs())
        .disable_signals()
        .listen(app.listener)?
        .run();
    let stopping = Stopping { service: app.service, times: app.drain, server: server.handle() };
    let served = tokio::select! {
        served = server => served,
        () = stopping.when_told() => Ok(()),
    };
    sweeping.abort();
    tracing::info!("stopped");
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
