//! Calls of tools, put together from the pieces in which they come.

use aihio_actors::ports::{AnswerFault, ToolCall};

/// Calls of one answer that are taken.
const CALLS_MAX: usize = 64;
/// The longest arguments of one call that are taken, in bytes.
const ARGUMENTS_BYTES_MAX: usize = 256 << 10;
/// What a call without arguments has.
const NO_ARGUMENTS: &str = "{}";

/// A piece of a call. Every part may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct CallPiece {
    /// Which call it is a piece of; some servers don't say.
    pub(super) index: Option<u64>,
    /// The call's name.
    pub(super) id: Option<String>,
    /// The tool's name.
    pub(super) name: Option<String>,
    /// More of the arguments.
    pub(super) arguments: String,
}

/// The calls of an answer that is being read.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Gathering>);

#[derive(Debug, Default)]
struct Gathering {
    index: Option<u64>,
    call: Option<String>,
    name: String,
    arguments: String,
}

impl Calls {
    /// Takes a piece.
    ///
    /// # Errors
    /// [`AnswerFault::Garbled`] when there are too many calls, or their arguments are too long.
    pub(super) fn add(&mut self, piece: CallPiece) -> Result<(), AnswerFault> {
        let gathering = match self.place_of(&piece) {
            Some(place) => self.0.get_mut(place),
            None if self.0.len() < CALLS_MAX => {
                self.0.push(Gathering { index: piece.index, ..Gathering::default() });
                self.0.last_mut()
            }
            None => None,
        };
        let too_many = || AnswerFault::Garbled(format!("more than {CALLS_MAX} calls of tools"));
        let gathering = gathering.ok_or_else(too_many)?;
        gathering.call = gathering.call.take().or(piece.id.filter(|id| !id.is_empty()));
        if gathering.name.is_empty() {
            gathering.name = piece.name.unwrap_or_default();
        }
        gathering.arguments.push_str(&piece.arguments);
        if gathering.arguments.len() > ARGUMENTS_BYTES_MAX {
            return Err(AnswerFault::Garbled("a call of a tool with too long arguments".into()));
        }
        Ok(())
    }

    /// Where the piece belongs; none for the first of a call. Without an index, a new id begins a new call.
    fn place_of(&self, piece: &CallPiece) -> Option<usize> {
        if piece.index.is_some() {
            return self.0.iter().position(|known| known.index == piece.index);
        }
        let last = self.0.len().checked_sub(1)?;
        let is_another = piece.id.is_some() && self.0.get(last).is_some_and(|known| known.call != piece.id);
        (!is_another).then_some(last)
    }

    /// The calls, each with an id of its own.
    pub(super) fn finish(self) -> Vec<ToolCall> {
        let named = self.0.into_iter().filter(|gathering| !gathering.name.is_empty());
        let call = |(nth, gathering): (usize, Gathering)| ToolCall {
            id: gathering.call.unwrap_or_else(|| format!("call_{nth}")),
            name: gathering.name,
            arguments: if gathering.arguments.trim().is_empty() {
                NO_ARGUMENTS.to_owned()
            } else {
                gathering.arguments
            },
        };
        named.enumerate().map(call).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn piece(index: Option<u64>, id: Option<&str>, name: Option<&str>, arguments: &str) -> CallPiece {
        CallPiece {
            index,
            id: id.map(str::to_owned),
            name: name.map(str::to_owned),
            arguments: arguments.into(),
        }
    }

    fn gathered(pieces: Vec<CallPiece>) -> Vec<ToolCall> {
        let mut calls = Calls::default();
        pieces.into_iter().for_each(|piece| calls.add(piece).unwrap());
        calls.finish()
    }

    fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
        ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
    }

    #[test]
    fn calls_that_come_mixed_are_told_apart_by_their_index() {
        let calls = gathered(vec![
            piece(Some(0), Some("a"), Some("look"), ""),
            piece(Some(1), Some("b"), Some("wait"), "{\"s\""),
            piece(Some(0), None, None, "{}"),
            piece(Some(1), None, None, ":1}"),
        ]);
        assert_eq!(calls, [call("a", "look", "{}"), call("b", "wait", "{\"s\":1}")]);
    }

    #[test]
    fn what_servers_leave_out_is_made_up_for() {
        let whole = gathered(vec![
            piece(None, Some("a"), Some("look"), "{}"),
            piece(None, Some("b"), Some("look"), "{\"x\":1}"),
            piece(None, None, None, " "),
        ]);
        assert_eq!(whole, [call("a", "look", "{}"), call("b", "look", "{\"x\":1} ")]);
        assert_eq!(gathered(vec![piece(Some(0), None, Some("look"), "")]), [call("call_0", "look", "{}")]);
        assert_eq!(gathered(vec![piece(Some(0), Some("a"), None, "{}")]), [], "a call of nothing");
    }

    #[test]
    fn endless_calls_are_faults() {
        let mut calls = Calls::default();
        let long = "x".repeat(ARGUMENTS_BYTES_MAX + 1);
        assert!(calls.add(piece(Some(0), None, Some("look"), &long)).is_err());
        let mut calls = Calls::default();
        let added = (0..=64).map(|index| calls.add(piece(Some(index), None, Some("look"), "")).is_ok());
        assert_eq!(added.filter(|taken| *taken).count(), CALLS_MAX);
    }

    proptest! {
        #[test]
        fn arguments_may_be_cut_anywhere(arguments in "\\PC{1,40}", cuts in prop::collection::vec(1_usize..5, 0..20)) {
            let letters: Vec<char> = arguments.chars().collect();
            let mut pieces = vec![piece(Some(3), Some("a"), Some("look"), "")];
            let mut rest = &letters[..];
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                pieces.push(piece(Some(3), None, None, &head.iter().collect::<String>()));
                rest = tail;
            }
            pieces.push(piece(Some(3), None, None, &rest.iter().collect::<String>()));
            let expected = if arguments.trim().is_empty() { "{}" } else { &arguments };
            prop_assert_eq!(gathered(pieces), vec![call("a", "look", expected)]);
        }
    }
}
