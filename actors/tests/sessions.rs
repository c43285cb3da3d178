//! What a visitor may rely on.

use super::{Guest, engine};

#[actix::test]
async fn a_question_is_answered_and_the_history_has_no_holes() {
    let engine = engine();
    let mut guest = Guest::arrives(&engine).await;
    engine.world.model.next_says(&["Tea ", "is ", "fine."]);
    guest.is_heard("m1", "Is tea fine?").await;
    assert_eq!(guest.is_answered().await, "Tea is fine.");
    let seqs: Vec<u64> = engine.world.store.events(guest.id()).iter().map(|event| event.seq.0).collect();
    assert_eq!(seqs, [1, 2]);
    engine.drain().await;
}
