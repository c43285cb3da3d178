//! Passages that say the same once more: a page that is read under two addresses, a footer on every page.

use std::collections::HashSet;

use super::Index;
use super::postings::TermId;
use crate::model::Hit;

/// Terms in a row that are compared.
const SHINGLE: usize = 3;
/// Two passages that share at least this much of their rows of terms are the same (Broder, "On the Resemblance and
/// Containment of Documents", 1997).
const RESEMBLANCE_MIN: f32 = 0.85;

/// The first `limit` hits that are not near-duplicates of a better one.
pub(super) fn distinct(index: &Index, hits: impl IntoIterator<Item = Hit>, limit: usize) -> Vec<Hit> {
    let mut kept: Vec<(Hit, HashSet<[TermId; SHINGLE]>)> = Vec::with_capacity(limit);
    for hit in hits {
        if kept.len() == limit {
            break;
        }
        let rows = shingles(index, &hit.passage.text);
        let known = kept.iter().any(|(other, others)| {
            other.passage.text == hit.passage.text || resemblance(others, &rows) >= RESEMBLANCE_MIN
        });
        if !known {
            kept.push((hit, rows));
        }
    }
    kept.into_iter().map(|(hit, _)| hit).collect()
}

fn shingles(index: &Index, text: &str) -> HashSet<[TermId; SHINGLE]> {
    let terms: Vec<TermId> = index.words(text).filter_map(|(_, word)| index.term_ids(word).next()).collect();
    terms.windows(SHINGLE).filter_map(|row| row.try_into().ok()).collect()
}

/// The share of their rows that both have; none for texts that are too short to have rows.
fn resemblance(a: &HashSet<[TermId; SHINGLE]>, b: &HashSet<[TermId; SHINGLE]>) -> f32 {
    let common = a.intersection(b).count();
    let all = a.len() + b.len() - common;
    if all > 0 { common as f32 / all as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::testing::index;
    use super::*;

    fn kept(texts: &[&str], limit: usize) -> Vec<String> {
        let index = index(texts);
        let hits = index.search("tea", texts.len());
        distinct(&index, hits, limit).into_iter().map(|hit| hit.passage.text.to_string()).collect()
    }

    #[test]
    fn what_was_said_is_not_said_again() {
        let long =
            "Green tea is steamed, rolled and dried soon after the leaves were picked by hand in spring";
        let again = format!("{long}!");
        let other = "Black tea is left to wither, then rolled, and turns dark before it is dried in warm air";
        assert_eq!(kept(&[long, &again, other], 3), [long, other]);
    }

    #[test]
    fn short_texts_are_the_same_only_to_the_letter() {
        assert_eq!(kept(&["Tea here.", "Tea there.", "Tea here."], 3).len(), 2);
        assert_eq!(kept(&["Tea one.", "Tea two.", "Tea three."], 2).len(), 2, "no more than asked for");
    }
}
