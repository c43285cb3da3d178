//! What a session thinks about a turn: the pure state, without mailboxes, store and socket.
//!
//! Everything that a visitor does passes through one session's state, so this is the part of a turn that is ours alone
//! and that no faster disk or network makes shorter. Each turn is taken by another session with a short history, as on
//! a server where many visitors write in turn.

mod conversation;
mod settings;

use std::hint::black_box;

use aihio_actors::Limits;
use aihio_actors::chatbot::session::snapshot;
use aihio_actors::chatbot::session::state::{AnswerStyle, SessionState};
use aihio_actors::chatbot::session::transcript::Missed;
use aihio_actors::model::Seq;
use criterion::{BatchSize, Criterion, Throughput};

use self::conversation::{Conversation, history, memory, state};

/// Events that a session has behind it when a turn is measured.
const SHORT: u64 = 20;
/// Events of a long conversation.
const LONG: u64 = 1_000;
/// Pieces of a written answer, each of about a word.
const PIECES: u32 = 20;

fn main() {
    let mut criterion = settings::criterion();
    turns(&mut criterion);
    new_lives(&mut criterion);
    snapshots(&mut criterion);
    criterion.final_summary();
}

/// From a question to its settled answer.
fn turns(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("session/turn");
    group.bench_function("echo", |bencher| {
        let begin = || Conversation::after(SHORT, AnswerStyle::Echo);
        bencher.iter_batched_ref(begin, Conversation::echo_turn, BatchSize::SmallInput);
    });
    group.throughput(Throughput::Elements(PIECES.into()));
    group.bench_function("written, 20 pieces", |bencher| {
        let begin = || Conversation::after(SHORT, AnswerStyle::Written);
        bencher.iter_batched_ref(begin, |talk| talk.written_turn(PIECES), BatchSize::SmallInput);
    });
    group.finish();
}

/// From what is stored to a session that goes on, and what is at hand for a client that comes back.
fn new_lives(criterion: &mut Criterion) {
    let events = history(LONG);
    let mut whole = state(AnswerStyle::Echo);
    whole.recall(None, &events);
    let memory = memory(LONG);
    let ring = events.len().saturating_sub(Limits::default().session_ring_len);
    let newest = events.get(ring..).unwrap_or_default();

    let mut group = criterion.benchmark_group("session/new life, 1000 events");
    group.bench_function("recalled from the journal", |bencher| {
        bencher.iter_with_large_drop(|| recalled(|state| state.recall(None, black_box(&events)).len()));
    });
    group.bench_function("recalled from a memory", |bencher| {
        bencher.iter_with_large_drop(|| recalled(|state| state.recall(Some(memory.clone()), newest).len()));
    });
    group.bench_function("memory taken", |bencher| {
        bencher.iter_with_large_drop(|| black_box(&whole).memory());
    });
    group.bench_function("10 missed events found", |bencher| {
        bencher.iter_with_large_drop(|| -> Missed { whole.transcript().missed(black_box(Seq(LONG - 10))) });
    });
    group.finish();
}

/// What a session remembers between lives, to bytes and back.
fn snapshots(criterion: &mut Criterion) {
    let memory = memory(LONG);
    let mut group = criterion.benchmark_group("session/snapshot, 1000 events");
    group.bench_function("encoded", |bencher| {
        bencher.iter_with_large_drop(|| snapshot::encode(black_box(&memory)));
    });
    let encoded = snapshot::encode(&memory);
    group.bench_function("decoded", |bencher| {
        bencher.iter_with_large_drop(|| black_box(&encoded).as_ref().ok().map(snapshot::decode));
    });
    group.finish();
}

fn recalled(recall: impl FnOnce(&mut SessionState) -> usize) -> SessionState {
    let mut state = state(AnswerStyle::Echo);
    let unanswered = recall(&mut state);
    assert_eq!((unanswered, state.seq()), (0, Seq(LONG)), "the history ends with an answer");
    state
}
