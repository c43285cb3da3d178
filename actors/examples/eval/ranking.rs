//! Where is the passage that answers a question?

use aihio_actors::chatbot::knowledge::Fusion;
use aihio_actors::model::Hit;

use crate::library::{Library, Way};
use crate::questions::{Article, Question};
use crate::share;

/// How far down a ranking is looked.
const DEPTH: usize = 10;
/// The vectors' weight in the fusion by scores that is shown beside the one that is used.
const SCORES_WEIGHT: f32 = 0.3;

/// A question with the passages that answer it: its paragraph's number, or any that holds an answer.
struct Asked<'a> {
    question: &'a Question,
    paragraph: Option<usize>,
}

pub(crate) fn measure(articles: &[Article], library: &Library<'_>) {
    let mut first = 0;
    let mut asked = Vec::new();
    for article in articles {
        asked.extend(article.answerable().map(|question| Asked {
            question,
            paragraph: question.paragraph.map(|paragraph| first + paragraph),
        }));
        first += article.paragraphs.len();
    }
    println!("passages {} · answerable questions {}", library.index.len(), asked.len());
    println!("{:28}  {:>6}  {:>6}  {:>7}", "", "R@1", "R@5", "nDCG@10");
    let line = |name: &str, way: Way| println!("{name:28}  {}", Figures::of(&asked, library, way));
    line("BM25 alone", Way::Words);
    if library.has_vectors() {
        line("vectors alone", Way::Vectors);
        line("hybrid, fused by scores", Way::Whole(Fusion::Scores { vectors: SCORES_WEIGHT }));
        line("hybrid", Way::Whole(Fusion::default()));
    } else {
        line("BM25 and closeness", Way::Whole(Fusion::default()));
    }
}

/// What is said of a ranking.
struct Figures {
    first: f64,
    five: f64,
    /// Discounted gain of the first passage that answers (Järvelin and Kekäläinen, 2002).
    gain: f64,
}

impl Figures {
    fn of(asked: &[Asked<'_>], library: &Library<'_>, way: Way) -> Self {
        let rank = |asked: &Asked<'_>| {
            let hits = library.search(&asked.question.question, way, DEPTH);
            hits.iter().position(|hit| asked.is_answered_by(hit))
        };
        let ranks: Vec<Option<usize>> = asked.iter().map(rank).collect();
        let within = |limit| share(&ranks, |rank| rank.is_some_and(|rank| rank < limit));
        let gain: f64 = ranks.iter().flatten().map(|rank| 1.0 / (*rank as f64 + 2.0).log2()).sum();
        Self { first: within(1), five: within(5), gain: gain / ranks.len().max(1) as f64 }
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:6.3}  {:6.3}  {:7.3}", self.first, self.five, self.gain)
    }
}

impl Asked<'_> {
    fn is_answered_by(&self, hit: &Hit) -> bool {
        match self.paragraph {
            Some(number) => hit.passage.chunk_id.as_uuid().as_u128() == number as u128,
            None => self.question.is_answered_in(&hit.passage.text),
        }
    }
}
