//! Who sits on the sockets of a scenario, and what they say.

use crate::conversation::{Expectation, Persistence};
use crate::dialogue::AnyDialogue;
use crate::echo::EchoClient;
use crate::fanout::{Member, Part, Room, SharedRoom, Watcher};
use crate::play::RunError;
use crate::rest::Rest;
use crate::scenario::{Kind, Scenario};
use crate::visitor::Visitor;
use crate::wire::Place;

/// Gives every socket its dialogue.
pub(crate) enum Cast {
    /// A visitor with a session of its own.
    Visitors { text_bytes: usize, expectation: Expectation, persistence: Persistence },
    /// A client of a plain echo server.
    Echo { text_bytes: usize },
    /// Rooms in which one speaks and all watch, each with a chatbot's session unless the server is a plain one.
    Rooms { rooms: Vec<(SharedRoom, Option<Place>)>, watchers: u32 },
}

impl Cast {
    /// Makes ready what the sockets need: sessions that are shared begin before.
    ///
    /// # Errors
    /// When the server begins no session.
    pub(crate) async fn of(scenario: &Scenario) -> Result<Self, RunError> {
        let text_bytes = scenario.messages.text_bytes;
        Ok(match (scenario.kind, &scenario.target.chatbot) {
            (Kind::Fanout, chatbot) => Self::rooms(scenario, chatbot.as_deref()).await?,
            (_, None) => Self::Echo { text_bytes },
            (_, Some(_)) => Self::Visitors {
                text_bytes,
                expectation: scenario.messages.expectation,
                persistence: scenario.sockets.persistence,
            },
        })
    }

    async fn rooms(scenario: &Scenario, chatbot: Option<&str>) -> Result<Self, RunError> {
        let (count, watchers) = (scenario.sockets.count.get(), scenario.sockets.watchers.get());
        let base = scenario.target.urls.first().map_or("", |url| url.as_str());
        let rest = Rest::new(base)?;
        let mut rooms = Vec::new();
        let mut left = count;
        while left > 0 {
            let here = left.min(watchers);
            let place = match chatbot {
                Some(chatbot) => Some(rest.session(chatbot).await?),
                None => None,
            };
            rooms.push((Room::shared(scenario.messages.text_bytes, here), place));
            left -= here;
        }
        Ok(Self::Rooms { rooms, watchers })
    }

    /// The dialogue of socket `number`.
    pub(crate) fn dialogue(&self, number: u32) -> AnyDialogue {
        match self {
            Self::Visitors { text_bytes, expectation, persistence } => {
                Box::new(Visitor::new(*text_bytes, *expectation, *persistence))
            }
            Self::Echo { text_bytes } => Box::new(EchoClient::new(*text_bytes)),
            Self::Rooms { rooms, watchers } => {
                let room_number = number / watchers;
                let part = if number.is_multiple_of(*watchers) { Part::Speaks } else { Part::Listens };
                match usize::try_from(room_number).ok().and_then(|index| rooms.get(index)) {
                    Some((room, Some(place))) => Box::new(Watcher::new(room.clone(), part, place.clone())),
                    Some((room, None)) => Box::new(Member::new(room.clone(), room_number, part)),
                    // There is a room for every socket that is asked for.
                    None => Box::new(Member::new(Room::shared(1, 1), room_number, Part::Listens)),
                }
            }
        }
    }
}
