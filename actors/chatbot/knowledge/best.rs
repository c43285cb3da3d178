//! The best of many scores.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The `limit` highest scores above 0 with their places, without sorting the rest.
pub(super) fn best(scores: &[f32], limit: usize) -> Vec<(u32, f32)> {
    // A positive float's bits sort as the float does; the reversed place lets the earlier of equals win.
    let mut heap: BinaryHeap<Reverse<(u32, Reverse<u32>)>> =
        BinaryHeap::with_capacity(limit.min(scores.len()) + 1);
    let mut least = 0;
    for (number, score) in (0..).zip(scores) {
        let bits = score.to_bits();
        if *score <= 0.0 || (heap.len() >= limit && bits <= least) {
            continue;
        }
        heap.push(Reverse((bits, Reverse(number))));
        if heap.len() > limit {
            heap.pop();
        }
        least = heap.peek().map_or(u32::MAX, |Reverse((bits, _))| *bits);
    }
    heap.into_sorted_vec()
        .into_iter()
        .map(|Reverse((bits, Reverse(number)))| (number, f32::from_bits(bits)))
        .collect()
}
