//! Finding passages and quoting them, at the sizes of a small and a large chatbot.
//!
//! Every question that isn't said back searches its chatbot's whole index on the thread that serves the conversation,
//! so a search must stay far below what a person notices, however much the chatbot has read.

mod directions;
mod prose;
mod settings;

use std::hint::black_box;

use aihio_actors::answer::extract;
use aihio_actors::chatbot::knowledge::{DEPTH, Fusion, Index, Vectors};
use aihio_actors::model::{Behaviour, Hit};
use criterion::{BenchmarkId, Criterion};

use self::directions::{direction, vectors};
use self::prose::Library;

/// Passages that an answer is made from.
const HITS: usize = 8;
/// Different questions that are asked in turn.
const QUESTIONS: usize = 32;

fn main() {
    let mut criterion = settings::criterion();
    for len in [1_000, 10_000, 100_000] {
        let library = Library::new(len);
        let index = Index::build(library.chunks());
        let questions = library.questions(QUESTIONS);
        measure(&mut criterion, &index, &questions);
        find(&mut criterion, &index, &vectors(&index), &questions);
    }
    criterion.final_summary();
}

/// The whole search, with vectors of as many numbers as a small model makes.
fn find(criterion: &mut Criterion, index: &Index, vectors: &Vectors, questions: &[String]) {
    let mut group = criterion.benchmark_group("retrieval");
    group.bench_function(BenchmarkId::new("nearest", index.len()), |bencher| {
        let mut asked = (0..).map(direction);
        bencher.iter(|| asked.next().map(|question| vectors.nearest(black_box(&question), DEPTH)));
    });
    group.bench_function(BenchmarkId::new("find", index.len()), |bencher| {
        let mut asked = questions.iter().zip(0..).cycle();
        bencher.iter(|| {
            let (question, number) = asked.next()?;
            let near = vectors.nearest(&direction(number), DEPTH);
            Some(index.find(black_box(question), &near, Fusion::default(), HITS))
        });
    });
    group.finish();
}

/// The search by words alone, and the quotes from what it found.
fn measure(criterion: &mut Criterion, index: &Index, questions: &[String]) {
    let (len, evidence_min) = (index.len(), Behaviour::default().evidence_min);
    let mut group = criterion.benchmark_group("retrieval");
    group.bench_function(BenchmarkId::new("search", len), |bencher| {
        let mut asked = questions.iter().cycle();
        bencher.iter(|| asked.next().map(|question| index.search(black_box(question), HITS)));
    });
    group.bench_function(BenchmarkId::new("extract", len), |bencher| {
        let found: Vec<(&String, Vec<Hit>)> =
            questions.iter().map(|question| (question, index.search(question, HITS))).collect();
        let mut asked = found.iter().cycle();
        bencher.iter(|| {
            let answer =
                asked.next().and_then(|(question, hits)| extract(question, hits, evidence_min, index));
            assert!(answer.is_some(), "every question is taken from a passage");
            answer
        });
    });
    group.finish();
}
