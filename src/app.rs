//! The composition root.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::{App as Routes, HttpResponse, HttpServer, web};

use crate::settings::Settings;

/// Why the service can't be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address can't be listened on.
    #[error("the address {address} can't be listened on")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The server ended with an error.
    #[error("the web server failed")]
    Serve(#[from] io::Error),
}

/// A service that is ready to start.
#[derive(Debug)]
pub struct App {
    listener: TcpListener,
    address: SocketAddr,
    workers: usize,
}

/// Builds everything; nothing moves yet.
///
/// # Errors
/// When a part can't be had.
pub async fn build(settings: Settings) -> Result<App, StartError> {
    let address = settings.http.bind;
    let bind = |source| StartError::Bind { address, source };
    let listener = TcpListener::bind(address).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    Ok(App { listener, address, workers: settings.http.workers() })
}

/// The document that describes the API.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    utoipa::openapi::OpenApi::default()
}

impl App {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until told to stop.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn run_until_stopped(self) -> Result<(), StartError> {
        let routes = || Routes::new().route("/livez", web::get().to(HttpResponse::Ok));
        HttpServer::new(routes).workers(self.workers).listen(self.listener)?.run().await?;
        Ok(())
    }
}
