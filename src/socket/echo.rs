//! An echo behind the very framing of the visitor's socket: for conformance suites, which want their messages back.

use std::io;
use std::net::SocketAddr;

use actix::{Actor, ActorContext, StreamHandler};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::assembly::Assembly;
use super::websocket::{
    CloseCode, Incoming, Message, ProtocolError, WebsocketContext, WsResponseBuilder, read_message,
};

/// The largest message of the public conformance suites, in bytes, with room to spare.
const BYTES_MAX: usize = 32 * 1024 * 1024;

#[derive(Default)]
struct Echo {
    assembly: Option<Box<Assembly>>,
}

impl Actor for Echo {
    type Context = WebsocketContext<Self>;
}

impl StreamHandler<Result<Message, ProtocolError>> for Echo {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        match read_message(message, &mut self.assembly, BYTES_MAX) {
            Ok(Some(Incoming::Text(text))) => ctx.text(text),
            Ok(Some(Incoming::Binary(bytes))) => ctx.binary(bytes),
            Ok(Some(Incoming::Ping(payload))) => ctx.pong(&payload),
            Ok(Some(Incoming::Closed(reason))) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(None) => {}
            Err(disconnect) => {
                ctx.close(Some((CloseCode::from(disconnect.code()), disconnect.reason()).into()));
                ctx.stop();
            }
        }
    }
}

async fn open(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, actix_web::Error> {
    WsResponseBuilder::new(Echo::default(), &request, body).frame_size(BYTES_MAX).start()
}

/// Serves the echo on every path until the process is told to stop; `listening` gets the address.
///
/// # Errors
/// When the address can't be listened on.
pub async fn run_echo(address: SocketAddr, listening: impl FnOnce(SocketAddr)) -> io::Result<()> {
    let server = HttpServer::new(|| App::new().default_service(web::to(open))).workers(1).bind(address)?;
    server.addrs().first().copied().map(listening);
    server.run().await
}
