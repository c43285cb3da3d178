//! What becomes of an answer when its last listener has gone.

use std::time::Duration;

use super::{Guest, engine};
use crate::chatbot::session::handle::Since;
use crate::kernel::testing::{TestEngine, Voice};
use crate::model::{EventBody, Role, Unheard, UsageKind};

/// A visitor who has asked, with a first piece of the answer, before a chatbot with that rule.
async fn asked(engine: &TestEngine, unheard: Unheard) -> (Guest, Voice) {
    engine.world.configure(engine.world.chatbot, 1, |config| config.behaviour.unheard = unheard);
    let mut guest = Guest::arrives(engine).await;
    let voice = engine.world.model.next_on_command();
    guest.is_heard("m1", "Is tea fine?").await;
    voice.say("Tea ");
    guest.hears_a_piece().await;
    (guest, voice)
}

/// What the chatbot has said so far, as stored.
fn answers(engine: &TestEngine, guest: &Guest) -> Vec<String> {
    let events = engine.world.store.events(guest.id()).into_iter();
    let said = events.filter_map(|event| match event.body {
        EventBody::Message(message) if message.role == Role::Assistant => Some(message.text),
        EventBody::Message(_) | EventBody::State(_) => None,
    });
    said.collect()
}

#[actix::test]
async fn it_is_stopped_after_a_while_where_the_owner_wants_it_so() {
    let engine = engine();
    let (guest, _voice) = asked(&engine, Unheard::Stop).await;
    guest.leaves();
    engine.until("the answer ends", |engine| answers(engine, &guest) == ["Tea "]).await;
    assert_eq!(engine.world.store.usage(UsageKind::Answer), [1], "what was said is paid");
    engine.drain().await;
}

#[actix::test]
async fn it_goes_on_for_whoever_comes_back_soon() {
    let engine = engine();
    let (guest, voice) = asked(&engine, Unheard::Stop).await;
    guest.leaves();
    tokio::time::sleep(Duration::from_secs(9)).await;
    let mut back = Guest::returns(&engine, &guest, Since::Now).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    voice.say("is fine.");
    voice.finish();
    assert_eq!(back.is_answered().await, "Tea is fine.");
    engine.drain().await;
}

#[actix::test]
async fn it_is_finished_where_nothing_is_said_of_it() {
    let engine = engine();
    let (guest, voice) = asked(&engine, Unheard::Finish).await;
    guest.leaves();
    tokio::time::sleep(Duration::from_secs(60)).await;
    voice.say("is fine.");
    voice.finish();
    engine.until("the answer ends", |engine| answers(engine, &guest) == ["Tea is fine."]).await;
    engine.drain().await;
}
