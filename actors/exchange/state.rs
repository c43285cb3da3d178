//! The lines to other nodes, as plain values: what is said in order, counted, so that a loss is noticed.
//!
//! A frame is sent at most once and may be lost. Each end counts the frames of the other; where one is missing, both give
//! up whatever hung on the line and begin anew. What is waiting leaves together: while a frame is under way, words
//! gather for the next.

use std::collections::HashMap;

use crate::model::NodeId;

/// What an incoming frame says of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hearing {
    /// All of them came.
    Whole,
    /// At least one is missing.
    Gap,
}

/// What is found when time has passed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Nothing was said to these for a while.
    pub owed: Vec<NodeId>,
    /// Nothing was heard from these for too long.
    pub overdue: Vec<NodeId>,
}

/// The lines of one node. `W` is a word.
#[derive(Debug)]
pub struct Lines<W> {
    waiting_max: usize,
    lines: HashMap<NodeId, Line<W>>,
}

#[derive(Debug)]
struct Line<W> {
    sent: u64,
    heard: u64,
    waiting: Vec<W>,
    under_way: UnderWay,
    /// Looks since the last frame that was sent, and since the last that was heard.
    said_ago: u32,
    heard_ago: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UnderWay {
    Nothing,
    AFrame,
}

impl<W> Default for Line<W> {
    fn default() -> Self {
        Self {
            sent: 0,
            heard: 0,
            waiting: Vec::new(),
            under_way: UnderWay::Nothing,
            said_ago: 0,
            heard_ago: 0,
        }
    }
}

impl<W> Lines<W> {
    /// No lines yet; on each, at most `waiting_max` words will wait.
    #[must_use]
    pub fn new(waiting_max: usize) -> Self {
        Self { waiting_max, lines: HashMap::new() }
    }

    /// Lets a word wait for the next frame. Where too many wait, they are dropped, which the other end will notice.
    pub fn say(&mut self, to: NodeId, word: W) {
        let line = self.lines.entry(to).or_default();
        if line.waiting.len() >= self.waiting_max {
            line.waiting.clear();
            line.sent += 1;
        }
        line.waiting.push(word);
    }

    /// The next frame's number and words, unless one is under way or nothing waits.
    pub fn depart(&mut self, to: NodeId) -> Option<(u64, Vec<W>)> {
        let line = self.lines.get_mut(&to)?;
        if line.under_way == UnderWay::AFrame || line.waiting.is_empty() {
            return None;
        }
        line.under_way = UnderWay::AFrame;
        line.said_ago = 0;
        line.sent += 1;
        Some((line.sent, std::mem::take(&mut line.waiting)))
    }

    /// The frame under way has arrived or is lost.
    pub fn departed(&mut self, to: NodeId) {
        if let Some(line) = self.lines.get_mut(&to) {
            line.under_way = UnderWay::Nothing;
        }
    }

    /// Takes the number of a frame that has come in.
    pub fn hear(&mut self, from: NodeId, n: u64) -> Hearing {
        let line = self.lines.entry(from).or_default();
        let hearing = if n == line.heard + 1 { Hearing::Whole } else { Hearing::Gap };
        line.heard = n;
        line.heard_ago = 0;
        hearing
    }

    /// Time has passed: the nodes to which nothing was said since this was last asked, and those that were not heard
    /// for more than `looks_max` looks. The former are owed a sign, or they would not notice the loss of a last frame.
    pub fn look(&mut self, looks_max: u32) -> Look {
        let mut look = Look::default();
        for (node, line) in &mut self.lines {
            line.said_ago += 1;
            line.heard_ago += 1;
            if line.said_ago > 1 {
                look.owed.push(*node);
            }
            if line.heard_ago > looks_max {
                look.overdue.push(*node);
            }
        }
        look
    }

    /// The other ends.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        self.lines.keys().copied().collect()
    }

    /// Whether nothing waits or is under way.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.lines.values().all(|line| line.waiting.is_empty() && line.under_way == UnderWay::Nothing)
    }

    /// Takes a line down. Should its node speak again, its numbers show that it was away.
    pub fn forget(&mut self, node: NodeId) {
        self.lines.remove(&node);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const OTHER: NodeId = NodeId::from_uuid(Uuid::nil());

    #[test]
    fn words_gather_while_a_frame_is_under_way() {
        let mut lines = Lines::new(9);
        lines.say(OTHER, 'a');
        assert_eq!(lines.depart(OTHER), Some((1, vec!['a'])));
        lines.say(OTHER, 'b');
        lines.say(OTHER, 'c');
        assert_eq!(lines.depart(OTHER), None);
        lines.departed(OTHER);
        assert_eq!(lines.depart(OTHER), Some((2, vec!['b', 'c'])));
        lines.departed(OTHER);
        assert!(lines.is_quiet());
    }

    #[test]
    fn a_line_on_which_too_much_waits_shows_a_gap() {
        let mut lines = Lines::new(2);
        for word in 'a'..='c' {
            lines.say(OTHER, word);
        }
        assert_eq!(lines.depart(OTHER), Some((2, vec!['c'])), "frame 1 was never sent");
    }

    #[test]
    fn only_those_who_heard_nothing_are_owed_a_sign() {
        let mut lines = Lines::new(9);
        lines.hear(OTHER, 1);
        assert_eq!(lines.look(9).owed, []);
        assert_eq!(lines.look(9).owed, [OTHER]);
        lines.say(OTHER, 'a');
        lines.depart(OTHER);
        assert_eq!(lines.look(9).owed, []);
        assert_eq!(lines.look(9).owed, [OTHER]);
    }

    #[test]
    fn who_is_not_heard_for_long_is_overdue() {
        let mut lines = Lines::<char>::new(9);
        lines.hear(OTHER, 1);
        assert_eq!((lines.look(2).overdue, lines.look(2).overdue), (vec![], vec![]));
        assert_eq!(lines.look(2).overdue, [OTHER]);
        lines.hear(OTHER, 2);
        assert_eq!(lines.look(2).overdue, []);
    }

    proptest! {
        #[test]
        fn every_loss_is_noticed_at_the_next_frame(lost in prop::collection::vec(any::<bool>(), 1..60)) {
            let (mut here, mut there) = (Lines::new(9), Lines::<u8>::new(9));
            let mut missing = false;
            for lost in lost {
                here.say(OTHER, 0_u8);
                let (n, _) = here.depart(OTHER).unwrap();
                here.departed(OTHER);
                if lost {
                    missing = true;
                    continue;
                }
                let expected = if missing { Hearing::Gap } else { Hearing::Whole };
                prop_assert_eq!(there.hear(OTHER, n), expected);
                missing = false;
            }
        }

        #[test]
        fn a_node_that_was_forgotten_shows_that_it_was_away(before in 1_u64..9) {
            let mut lines = Lines::<u8>::new(9);
            for n in 1..=before {
                lines.hear(OTHER, n);
            }
            lines.forget(OTHER);
            prop_assert_eq!(lines.hear(OTHER, before + 1), Hearing::Gap);
        }
    }
}
