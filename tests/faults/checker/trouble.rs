//! How far a panic reaches: the callers of the actor that died, and nobody else.

use std::time::Duration;

use super::{Promise, Violation};

/// An actor was made to panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blast {
    /// What kind of actor.
    pub kind: String,
    /// Which one.
    pub id: String,
    /// When, since the start of the run.
    pub at: Duration,
    /// Until when its callers may notice: its next life was at work, and late replies had their time.
    pub until: Duration,
}

/// A client noticed something: a refusal, an error, a connection that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The conversation.
    pub session: String,
    /// Its chatbot.
    pub chatbot: String,
    /// The account that pays.
    pub account: String,
    /// When, since the start of the run.
    pub at: Duration,
    /// What.
    pub what: String,
}

impl Blast {
    /// Whether the client is a caller of the actor that died.
    fn reaches(&self, trouble: &Trouble) -> bool {
        match self.kind.as_str() {
            "session" => self.id == trouble.session,
            "chatbot" => self.id == trouble.chatbot,
            "billing" => self.id == trouble.account,
            // One a serving thread: which one a conversation lives on is not for clients to know.
            "journal" => true,
            _ => false,
        }
    }
}

/// Troubles that no panic explains.
pub fn check(blasts: &[Blast], troubles: &[Trouble]) -> Vec<Violation> {
    let explained = |trouble: &Trouble| {
        blasts.iter().any(|blast| (blast.at..=blast.until).contains(&trouble.at) && blast.reaches(trouble))
    };
    let unexplained = troubles.iter().filter(|trouble| !explained(trouble));
    unexplained
        .map(|trouble| Violation {
            promise: Promise::RefusedForNow,
            what: format!("nothing explains {trouble:?}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blast(kind: &str, id: &str) -> Blast {
        let (at, until) = (Duration::from_secs(10), Duration::from_secs(11));
        Blast { kind: kind.to_owned(), id: id.to_owned(), at, until }
    }

    fn trouble(at: u64) -> Trouble {
        let text = str::to_owned;
        let at = Duration::from_secs(at);
        Trouble { session: text("s"), chatbot: text("c"), account: text("a"), at, what: text("1008") }
    }

    #[test]
    fn callers_of_what_died_may_notice() {
        for (kind, id) in [("session", "s"), ("chatbot", "c"), ("billing", "a"), ("journal", "any")] {
            assert_eq!(check(&[blast(kind, id)], &[trouble(10)]), [], "{kind}");
        }
    }

    #[test]
    fn nobody_else_may_and_not_for_ever() {
        for (kind, id, at) in
            [("session", "t", 10), ("chatbot", "d", 10), ("schedule", "s", 10), ("session", "s", 12)]
        {
            assert_eq!(check(&[blast(kind, id)], &[trouble(at)]).len(), 1, "{kind} {id} {at}");
        }
    }
}
