//! What aihio's sockets rest on, and nothing else: actix-web-actors. `/` sends back what it is sent. In `/rooms` the first
//! text, `room N`, joins a room and comes back; every other one goes to all of the room.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use actix::prelude::{Actor, Addr, AsyncContext, Handler, Message, StreamHandler};
use actix_web::web::{self, Data, Payload};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use actix_web_actors::ws::{self, ProtocolError, WebsocketContext};
use bytestring::ByteString;

/// Connections that wait to be taken: storms of them are part of what is compared.
const BACKLOG: u32 = 4_096;

type Incoming = Result<ws::Message, ProtocolError>;

#[actix_web::main]
async fn main() -> io::Result<()> {
    let rooms = Data::new(Rooms::default());
    let app = move || {
        App::new()
            .app_data(rooms.clone())
            .route("/", web::get().to(open_echo))
            .route("/rooms", web::get().to(open_room))
    };
    let server = HttpServer::new(app).backlog(BACKLOG).bind("127.0.0.1:0")?;
    for address in server.addrs() {
        writeln!(io::stdout(), "listening on {address}")?;
    }
    server.run().await
}

async fn open_echo(request: HttpRequest, stream: Payload) -> Result<HttpResponse, Error> {
    ws::start(Echo, &request, stream)
}

async fn open_room(request: HttpRequest, stream: Payload, rooms: Data<Rooms>) -> Result<HttpResponse, Error> {
    ws::start(Member { rooms: rooms.into_inner(), room: None }, &request, stream)
}

/// Sends back what it is sent.
struct Echo;

impl Actor for Echo {
    type Context = WebsocketContext<Self>;
}

impl StreamHandler<Incoming> for Echo {
    fn handle(&mut self, incoming: Incoming, context: &mut Self::Context) {
        match incoming {
            Ok(ws::Message::Text(text)) => context.text(text),
            Ok(ws::Message::Ping(bytes)) => context.pong(&bytes),
            Ok(ws::Message::Close(reason)) => context.close(reason),
            _ => {}
        }
    }
}

/// Who is in which room.
#[derive(Default)]
struct Rooms(Mutex<HashMap<ByteString, Vec<Addr<Member>>>>);

impl Rooms {
    fn join(&self, room: ByteString, member: Addr<Member>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(room).or_default().push(member);
    }

    fn tell(&self, room: &ByteString, text: &ByteString) {
        let mut rooms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(members) = rooms.get_mut(room) else { return };
        members.retain(Addr::connected);
        // Bounds are what this server does without.
        members.iter().for_each(|member| member.do_send(Told(text.clone())));
    }
}

/// One who is in a room.
struct Member {
    rooms: Arc<Rooms>,
    room: Option<ByteString>,
}

impl Actor for Member {
    type Context = WebsocketContext<Self>;
}

impl StreamHandler<Incoming> for Member {
    fn handle(&mut self, incoming: Incoming, context: &mut Self::Context) {
        match (incoming, &self.room) {
            (Ok(ws::Message::Text(text)), Some(room)) => self.rooms.tell(room, &text),
            (Ok(ws::Message::Text(text)), None) => {
                self.rooms.join(text.clone(), context.address());
                self.room = Some(text.clone());
                context.text(text);
            }
            (Ok(ws::Message::Ping(bytes)), _) => context.pong(&bytes),
            (Ok(ws::Message::Close(reason)), _) => context.close(reason),
            _ => {}
        }
    }
}

/// Something was said in the room.
#[derive(Message)]
#[rtype(result = "()")]
struct Told(ByteString);

impl Handler<Told> for Member {
    type Result = ();

    fn handle(&mut self, Told(text): Told, context: &mut Self::Context) {
        context.text(text);
    }
}
