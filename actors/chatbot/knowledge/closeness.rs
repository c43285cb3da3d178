//! How close a passage's words stand to one another as the question has them.
//!
//! A bag of words can't tell a passage on "the power of the church" from one that speaks of a church here and of power
//! there. Neighbours that stay neighbours, in order or nearby, tell phrases from chance (Metzler and Croft, "A Markov
//! Random Field Model for Term Dependencies", 2005), and one sentence that holds much of the question tells an answer
//! from a mention.

use super::postings::TermId;
use super::query::Query;
use super::{Index, sentences};

/// Words within which two neighbours of a question still belong together, stop words not counted.
const WINDOW: usize = 5;
/// What neighbours in the question's order are worth…
const ORDERED: f32 = 2.0;
/// …what neighbours within [`WINDOW`] words are worth, in any order…
const NEARBY: f32 = 2.0;
/// …and what the best sentence is worth.
const SENTENCE: f32 = 3.0;

/// From 0 to 1: 1 where the passage has the question's words in its order and in one sentence.
pub(super) fn closeness(index: &Index, query: &Query, text: &str) -> f32 {
    let places = Places::read(index, query, text);
    let sentence = places.best_sentence(query);
    let pairs = query.terms.windows(2).enumerate().filter_map(|(first, pair)| {
        let [left, right] = pair else { return None };
        // A pair says as much as its commoner word.
        Some((left.rarity.min(right.rarity), places.neighbours(first)))
    });
    let (mut whole, mut found) = (0.0, 0.0);
    for (weight, (ordered, nearby)) in pairs {
        whole += weight;
        found += weight * (ORDERED * ordered + NEARBY * nearby);
    }
    if whole > 0.0 { (SENTENCE * sentence + found / whole) / (SENTENCE + ORDERED + NEARBY) } else { sentence }
}

/// A word of a passage that the question has too.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// How many words that carry a subject stand before it.
    at: usize,
    sentence: usize,
    /// Which of the question's terms it is.
    term: usize,
    /// How well.
    likeness: f32,
}

/// The words of a passage that the question has too, in order.
#[derive(Debug)]
struct Places(Vec<Place>);

impl Places {
    fn read(index: &Index, query: &Query, text: &str) -> Self {
        let ends: Vec<usize> = sentences(text).into_iter().map(|sentence| sentence.end).collect();
        let (mut places, mut at, mut sentence) = (Vec::new(), 0, 0);
        for (start, word) in index.words(text) {
            while ends.get(sentence).is_some_and(|end| *end <= start) {
                sentence += 1;
            }
            let ids: Vec<TermId> = index.term_ids(word).collect();
            if ids.is_empty() {
                continue;
            }
            for (term, asked) in query.terms.iter().enumerate() {
                let likeness = ids.iter().map(|id| asked.likeness(*id)).fold(0.0, f32::max);
                if likeness > 0.0 {
                    places.push(Place { at, sentence, term, likeness });
                }
            }
            at += 1;
        }
        Self(places)
    }

    /// Whether the question's term and the one after it stand side by side, and whether they stand near.
    fn neighbours(&self, first: usize) -> (f32, f32) {
        let of = |term: usize| self.0.iter().filter(move |place| place.term == term);
        let (mut ordered, mut nearby) = (0.0, 0.0);
        for left in of(first) {
            for right in of(first + 1) {
                let likeness = left.likeness.min(right.likeness);
                if right.at == left.at + 1 {
                    ordered = likeness.max(ordered);
                }
                if right.at.abs_diff(left.at) <= WINDOW {
                    nearby = likeness.max(nearby);
                }
            }
        }
        (ordered, nearby)
    }

    /// How much of the question the best sentence holds, rare words first.
    fn best_sentence(&self, query: &Query) -> f32 {
        let sentences = self.0.chunk_by(|a, b| a.sentence == b.sentence);
        let held = sentences.map(|sentence| {
            let mut found = vec![0.0; query.terms.len()];
            for place in sentence {
                if let Some(best) = found.get_mut(place.term) {
                    *best = place.likeness.max(*best);
                }
            }
            query.distinction(&found)
        });
        held.fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::chatbot::knowledge::testing::index;

    fn close(question: &str, text: &str) -> f32 {
        let index = index(&[text, "Another passage of the house of cards.", "And a third one on green tea."]);
        closeness(&index, &index.query(question), text)
    }

    #[test]
    fn a_phrase_is_closer_than_its_words_apart() {
        let question = "green tea from Assam";
        let phrase = close(question, "We sell green tea from Assam. Cups are blue.");
        let turned = close(question, "Assam has much tea, and it is green. Cups are blue.");
        let apart = close(question, "Green are our cups. The hills of Assam are far. We drink tea.");
        assert!(phrase > turned && turned > apart, "{phrase} {turned} {apart}");
        assert!((phrase - 1.0).abs() < 1e-6, "{phrase}");
    }

    #[test]
    fn nothing_is_close_to_nothing() {
        assert_eq!(close("", "We sell green tea."), 0.0);
        assert_eq!(close("xylophone", "We sell green tea."), 0.0);
    }

    proptest! {
        #[test]
        fn it_is_a_share(question in "(tea |green |assam |cup |\\. ){0,9}", text in "(tea |green |assam |cup |\\. |\n){1,30}") {
            let share = close(&question, &text);
            prop_assert!((0.0..=1.000_1).contains(&share), "{}", share);
        }
    }
}
