//! What is recorded of a conversation, and that a recording which could not keep up admits it.

use super::visitor::agent;
use super::{Guest, engine};
use crate::chatbot::session::Command;
use crate::chatbot::session::handle::Since;
use crate::chatbot::session::replay::{Frame, Happening};
use crate::kernel::ActorKind;
use crate::kernel::testing::{Condition, Sabotage, TestEngine};
use crate::model::{PublicationData, Role, Seq};
use crate::ports::{Fault, RecordedStep};

fn lives(engine: &TestEngine) -> Vec<Vec<RecordedStep>> {
    engine.world.recordings.lives()
}

/// The messages of one side that were handed out in a life.
fn said(steps: &[RecordedStep], by: Role) -> Vec<String> {
    let frames = steps.iter().flat_map(|step| &step.frames);
    let words = frames.filter_map(|frame| match frame {
        Frame::Publication(publication) => match &publication.data {
            PublicationData::Message { role, text, .. } if *role == by => Some(text.clone()),
            _ => None,
        },
        Frame::Reply(..) => None,
    });
    words.collect()
}

fn is_whole(steps: &[RecordedStep]) -> bool {
    matches!(steps.first().map(|step| &step.happening), Some(Happening::Began(_)))
        && matches!(steps.last().map(|step| &step.happening), Some(Happening::Ended))
}

#[actix::test]
async fn a_conversation_is_recorded_from_its_beginning_to_its_end_with_all_that_was_handed_out() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_says(&["Tea ", "is ", "fine."]);
    guest.is_heard("m1", "Is tea fine?").await;
    guest.is_answered().await;
    guest.commands(Command::TakeOver { agent: agent("Grace") }).await.unwrap();
    engine.drain().await;
    let lives = lives(&engine);
    let [life] = &lives[..] else { panic!("one life, not {}", lives.len()) };
    assert!(is_whole(life));
    assert_eq!(said(life, Role::Assistant), ["Tea is fine."]);
    let pieces = life.iter().flat_map(|step| &step.frames);
    let pieces = pieces.filter(|frame| matches!(frame, Frame::Publication(p) if p.offset.is_none()));
    assert_eq!(pieces.count(), 3);
}

#[actix::test]
async fn each_life_is_recorded_from_what_it_began_with() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    guest.leaves();
    engine.until("it sleeps", |engine| engine.living(ActorKind::Session).is_empty()).await;
    let mut guest = Guest::returns(&engine, &guest, Since::Position(guest.epoch.clone(), Seq(1))).await;
    guest.is_heard("m2", "Two?").await;
    guest.is_answered().await;
    engine.drain().await;
    let lives = lives(&engine);
    assert!(lives.len() == 2 && lives.iter().all(|life| is_whole(life)));
    assert_eq!(said(&lives[0], Role::Visitor), ["One?"]);
    assert_eq!(said(&lives[1], Role::Assistant), ["One?", "Two?"], "what was missed is handed out as well");
}

#[actix::test]
async fn a_history_that_is_read_again_begins_a_life_of_its_own() {
    let engine = engine();
    let guest = Guest::arrives(&engine).await;
    engine.catch_up().await;
    engine.world.store.appends.set(Condition::Failing(Fault::Transient));
    guest.says("m1", "One?").await.unwrap_err();
    engine.world.store.appends.set(Condition::Working);
    let mut guest = Guest::returns(&engine, &guest, Since::Now).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    engine.drain().await;
    let lives = lives(&engine);
    assert!(lives.len() == 2 && lives.iter().all(|life| is_whole(life)));
}

#[actix::test]
async fn a_recording_without_room_hinders_nobody_and_admits_its_hole_as_soon_as_it_can() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    engine.world.recordings.leave_room_for(1);
    guest.is_heard("m1", "One?").await;
    assert_eq!(guest.is_answered().await, "One?");
    engine.world.recordings.leave_room_for(10);
    guest.is_heard("m2", "Two?").await;
    assert_eq!(guest.is_answered().await, "Two?");
    engine.drain().await;
    let lives = lives(&engine);
    let [life] = &lives[..] else { panic!("one life, not {}", lives.len()) };
    assert!(matches!(life.last().map(|step| &step.happening), Some(Happening::Hole)));
    assert!(said(life, Role::Assistant).is_empty(), "nothing is recorded behind the hole");
}

#[actix::test]
async fn the_recording_of_a_life_that_breaks_off_is_whole_up_to_there() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    guest.is_heard("m1", "One?").await;
    guest.is_answered().await;
    guest.session.mailbox().entrust(Sabotage);
    let guest = Guest::returns(&engine, &guest, Since::Now).await;
    guest.is_heard("m2", "Two?").await;
    engine.drain().await;
    let lives = lives(&engine);
    assert!(lives.len() == 2 && is_whole(&lives[0]), "the recorder outlives the panic");
}
