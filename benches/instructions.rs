//! Instructions of a turn's steps, counted by Callgrind: the same on a busy machine as on a quiet one.
//!
//! Everything here happens on one thread. What crosses threads waits for a wake-up, and how often it spins meanwhile
//! differs from run to run by more than any change of ours: that is measured by the clock alone.
#![expect(missing_docs, reason = "the macros make items public that only they name")]

mod actor;
mod conversation;
mod directions;
mod prose;
mod record;
mod town;

use std::hint::black_box;
use std::sync::Arc;

use actix::{Actor, Addr, SystemRunner};
use aihio_actors::answer::extract;
use aihio_actors::billing::Lease;
use aihio_actors::chatbot::knowledge::{DEPTH, Fusion, Index, Vectors};
use aihio_actors::chatbot::session::snapshot;
use aihio_actors::chatbot::session::state::{AnswerStyle, Memory, SessionState};
use aihio_actors::kernel::{Mailbox, start_here};
use aihio_actors::model::{Behaviour, Event, Hit};
use aihio_actors::ports::{Record, Snapshot};
use gungraun::{library_benchmark, library_benchmark_group, main};

use self::actor::{Child, MAILBOX_LEN, Parent, child, tell_all};
use self::conversation::{Conversation, history, memory, state};
use self::directions::{direction, vectors};
use self::prose::Library;
use self::town::{Guest, Town};

/// Events that a session has behind it when a turn is measured.
const SHORT: u64 = 20;
/// Events of a long conversation.
const LONG: u64 = 1_000;
/// Pieces of a written answer, each of about a word.
const PIECES: u32 = 20;
/// What is too short to be counted alone is done so often.
const TIMES: u32 = 100;
/// Passages that an answer is made from.
const HITS: usize = 8;

#[library_benchmark]
#[bench::echo(Conversation::after(SHORT, AnswerStyle::Echo))]
fn turn(mut talk: Conversation) -> Conversation {
    talk.echo_turn();
    talk
}

#[library_benchmark]
#[bench::pieces_20(Conversation::after(SHORT, AnswerStyle::Written))]
fn written_turn(mut talk: Conversation) -> Conversation {
    talk.written_turn(PIECES);
    talk
}

#[library_benchmark]
#[bench::events_1000(history(LONG))]
fn recall(events: Vec<Event>) -> (SessionState, Vec<Event>) {
    let mut state = state(AnswerStyle::Echo);
    state.recall(None, black_box(&events));
    (state, events)
}

#[library_benchmark]
#[bench::events_1000(memory(LONG))]
fn encode(memory: Memory) -> (Option<Snapshot>, Memory) {
    (snapshot::encode(black_box(&memory)).ok(), memory)
}

#[library_benchmark]
#[bench::events_1000(snapshot::encode(&memory(LONG)).ok())]
fn decode(encoded: Option<Snapshot>) -> (Option<Memory>, Option<Snapshot>) {
    (encoded.as_ref().and_then(|encoded| snapshot::decode(black_box(encoded)).ok()), encoded)
}

library_benchmark_group!(name = session; benchmarks = turn, written_turn, recall, encode, decode);

#[library_benchmark]
#[bench::records_64(record::records(64))]
#[bench::records_1024(record::records(1_024))]
fn batch(records: Vec<Record>) {
    record::commit(&mut record::journal(), records);
}

library_benchmark_group!(name = journal; benchmarks = batch);

#[library_benchmark]
#[bench::credits_100(Arc::new(Lease::of(u64::from(TIMES))))]
fn reserve_and_settle(lease: Arc<Lease>) -> Arc<Lease> {
    for _ in 0..TIMES {
        let reservation = lease.reserve();
        assert!(reservation.is_some(), "the lease holds enough");
        reservation.into_iter().for_each(|reservation| reservation.settle());
    }
    lease
}

library_benchmark_group!(name = billing; benchmarks = reserve_and_settle);

/// A thread with one actor on it, which has been told something before.
struct Street {
    system: SystemRunner,
    mailbox: Mailbox<Child>,
    _parent: Addr<Parent>,
}

impl Street {
    fn new() -> Self {
        let system = actix::System::new();
        let parent = system.block_on(async { Parent.start() });
        let mailbox = system.block_on(async { child(&parent, |child| start_here(child, MAILBOX_LEN)) });
        system.block_on(tell_all(&mailbox, 1));
        Self { system, mailbox, _parent: parent }
    }
}

#[library_benchmark]
#[bench::message(args = (1), setup = in_street)]
#[bench::messages_1000(args = (1_000), setup = in_street)]
fn hop((street, count): (Street, u16)) -> Street {
    street.system.block_on(tell_all(&street.mailbox, count));
    street
}

fn in_street(count: u16) -> (Street, u16) {
    (Street::new(), count)
}

library_benchmark_group!(name = mailbox; benchmarks = hop);

#[library_benchmark]
#[bench::events_20(Town::after(10))]
fn activation(town: Town) -> (Guest, Town) {
    (town.wake(), town)
}

#[library_benchmark]
#[bench::events_20(setup = awake)]
fn passivation((town, guest): (Town, Guest)) -> Town {
    town.sleep(guest);
    town
}

#[library_benchmark]
#[bench::echo(setup = awake)]
fn whole_turn((town, mut guest): (Town, Guest)) -> (Guest, Town) {
    town.turn(&mut guest);
    (guest, town)
}

fn awake() -> (Town, Guest) {
    let town = Town::after(10);
    let guest = town.wake();
    (town, guest)
}

library_benchmark_group!(name = actors; benchmarks = activation, passivation, whole_turn);

/// What a chatbot has read, and what it is asked.
struct Shelf {
    index: Index,
    question: String,
    hits: Vec<Hit>,
}

impl Shelf {
    fn of(passages: usize) -> Self {
        let library = Library::new(passages);
        let index = Index::build(library.chunks());
        let question = library.questions(1).pop().unwrap_or_default();
        let hits = index.search(&question, HITS);
        Self { index, question, hits }
    }
}

#[library_benchmark]
#[bench::passages_1000(Shelf::of(1_000))]
#[bench::passages_10000(Shelf::of(10_000))]
fn search(shelf: Shelf) -> (Vec<Hit>, Shelf) {
    (shelf.index.search(black_box(&shelf.question), HITS), shelf)
}

#[library_benchmark]
#[bench::passages_1000(setup = with_vectors)]
fn find((shelf, vectors): (Shelf, Vectors)) -> (Vec<Hit>, Shelf, Vectors) {
    let near = vectors.nearest(&direction(7), DEPTH);
    (shelf.index.find(black_box(&shelf.question), &near, Fusion::default(), HITS), shelf, vectors)
}

fn with_vectors() -> (Shelf, Vectors) {
    let shelf = Shelf::of(1_000);
    let vectors = vectors(&shelf.index);
    (shelf, vectors)
}

#[library_benchmark]
#[bench::passages_1000(Shelf::of(1_000))]
fn quote(shelf: Shelf) -> Shelf {
    let evidence_min = Behaviour::default().evidence_min;
    let answer = extract(black_box(&shelf.question), &shelf.hits, evidence_min, &shelf.index);
    assert!(black_box(answer).is_some(), "every question is taken from a passage");
    shelf
}

library_benchmark_group!(name = retrieval; benchmarks = search, find, quote);

main!(library_benchmark_groups = session, journal, billing, mailbox, actors, retrieval);
