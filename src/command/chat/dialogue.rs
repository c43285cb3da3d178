//! What has been said and what is awaited; knows no socket and no terminal.

use aihio_actors::model::{Phase, RefusalCode, Role};

use super::wire::{Cited, Incoming, Publication};

/// What is worth telling, in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// The chatbot introduces itself.
    Welcome { name: String, greeting: Option<String>, suggestions: Vec<String> },
    /// The answer goes on.
    Piece(String),
    /// The answer begins anew: what was shown of it does not hold.
    Anew,
    /// The answer is whole; these are its references.
    Answered(Vec<String>),
    /// A word from a person or the platform.
    Line(String),
    /// What was asked for won't happen.
    Refused(String),
}

/// One conversation, seen from the visitor's chair.
#[derive(Debug, Default)]
pub(super) struct Dialogue {
    phase: Phase,
    awaited: Option<Awaited>,
    /// How much of the running answer has been told.
    told: String,
}

/// What is being waited for.
#[derive(Debug)]
enum Awaited {
    /// The reply to the command of that number.
    Reply { command: u32 },
    /// The answer to our message: first its acknowledgement, then the answer itself.
    Answer { command: u32, client_id: String, message_id: Option<String> },
}

impl Dialogue {
    /// From now on the reply to that command is awaited.
    pub(super) fn await_reply(&mut self, command: u32) {
        self.awaited = Some(Awaited::Reply { command });
    }

    /// From now on the answer to that message is awaited.
    pub(super) fn await_answer(&mut self, command: u32, client_id: String) {
        self.told.clear();
        self.awaited = Some(Awaited::Answer { command, client_id, message_id: None });
    }

    /// Whether something is still to come.
    pub(super) const fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    /// Takes a line from the server.
    pub(super) fn hear(&mut self, incoming: Incoming) -> Vec<Heard> {
        if let Some(publication) = incoming.push.and_then(|push| push.publication) {
            return self.published(publication.data);
        }
        let expected = match &self.awaited {
            Some(Awaited::Reply { command } | Awaited::Answer { command, .. }) => *command == incoming.id,
            None => false,
        };
        if !expected {
            return Vec::new();
        }
        if let Some(refused) = incoming.error {
            self.awaited = None;
            return vec![Heard::Refused(format!("{} (code {})", refused.message, refused.code))];
        }
        self.replied();
        match incoming.connect.map(|connected| connected.data.chatbot) {
            Some(chatbot) => vec![Heard::Welcome {
                name: chatbot.name,
                greeting: chatbot.greeting,
                suggestions: chatbot.suggestions,
            }],
            None => Vec::new(),
        }
    }

    /// While a person speaks, the acknowledgement is all that will come.
    fn replied(&mut self) {
        let answered = matches!(self.awaited, Some(Awaited::Answer { .. }));
        if !answered || matches!(self.phase, Phase::Agent | Phase::Closed) {
            self.awaited = None;
        }
    }

    fn published(&mut self, publication: Publication) -> Vec<Heard> {
        match publication {
            Publication::Delta { text } => {
                self.told.push_str(&text);
                vec![Heard::Piece(text)]
            }
            Publication::Snapshot { text } => self.tell_whole(&text),
            Publication::Message { role: Role::Visitor, message_id, client_id, .. } => {
                self.acknowledge(message_id, client_id.as_deref());
                Vec::new()
            }
            Publication::Message { role: Role::Assistant, text, reply_to, citations, .. } => {
                self.answered(&text, reply_to.as_deref(), &citations)
            }
            Publication::Message { text, .. } => vec![Heard::Line(text)],
            Publication::State { state } => self.changed(state),
            Publication::Notice { code, message } => {
                if code == RefusalCode::AnswerFailed.number() {
                    self.awaited = None;
                    return vec![Heard::Refused(message)];
                }
                vec![Heard::Line(message)]
            }
            Publication::Other => Vec::new(),
        }
    }

    /// Learns under which id our message is kept.
    fn acknowledge(&mut self, kept_as: String, said_as: Option<&str>) {
        if let Some(Awaited::Answer { client_id, message_id, .. }) = &mut self.awaited
            && said_as == Some(client_id)
        {
            *message_id = Some(kept_as);
        }
    }

    fn answered(&mut self, text: &str, reply_to: Option<&str>, citations: &[Cited]) -> Vec<Heard> {
        let mut heard = self.tell_whole(text);
        heard.push(Heard::Answered(citations.iter().map(reference).collect()));
        self.told.clear();
        if let Some(Awaited::Answer { message_id, .. }) = &self.awaited
            && (reply_to.is_none() || message_id.as_deref() == reply_to)
        {
            self.awaited = None;
        }
        heard
    }

    /// Tells what of the whole is missing, or all of it where something else was told.
    fn tell_whole(&mut self, whole: &str) -> Vec<Heard> {
        let heard = match whole.strip_prefix(self.told.as_str()) {
            Some("") => Vec::new(),
            Some(rest) => vec![Heard::Piece(rest.to_owned())],
            None => vec![Heard::Anew, Heard::Piece(whole.to_owned())],
        };
        whole.clone_into(&mut self.told);
        heard
    }

    fn changed(&mut self, phase: Phase) -> Vec<Heard> {
        self.phase = phase;
        let line = match phase {
            Phase::Assistant => "The chatbot answers again.",
            Phase::Waiting => "A person has been asked for.",
            Phase::Agent => "A person has taken over.",
            Phase::Closed => "The conversation has been closed.",
        };
        if matches!(phase, Phase::Agent | Phase::Closed) {
            self.awaited = None;
        }
        vec![Heard::Line(line.to_owned())]
    }
}

fn reference(cited: &Cited) -> String {
    let place = cited.url.as_deref().map(|url| format!(" <{url}>")).unwrap_or_default();
    let quote = cited.quote.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("[{}] {}{place}: \u{201c}{quote}\u{201d}", cited.n, cited.title)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn hear(dialogue: &mut Dialogue, line: Value) -> Vec<Heard> {
        dialogue.hear(serde_json::from_value(line).unwrap())
    }

    fn publication(data: impl Into<Value>) -> Value {
        let data = data.into();
        json!({"push": {"channel": "session:s", "pub": {"data": data}}})
    }

    fn own(id: &str) -> Value {
        publication(
            json!({"type": "message", "message_id": id, "client_id": "c", "role": "visitor", "text": "q",
                           "citations": [], "at": "2026-01-01T00:00:00Z"}),
        )
    }

    fn answer(text: &str, reply_to: &str) -> Value {
        publication(json!({"type": "message", "message_id": "a", "role": "assistant", "text": text,
                           "reply_to": reply_to, "at": "2026-01-01T00:00:00Z",
                           "citations": [{"n": 1, "source_id": "s", "title": "Manual", "quote": "two\n words"}]}))
    }

    fn asked() -> Dialogue {
        let mut dialogue = Dialogue::default();
        dialogue.await_answer(2, "c".into());
        assert_eq!(hear(&mut dialogue, own("m")), []);
        assert_eq!(hear(&mut dialogue, json!({"id": 2, "rpc": {"data": {"seq": 1}}})), []);
        assert!(dialogue.is_waiting());
        dialogue
    }

    #[test]
    fn pieces_are_told_as_they_come_and_references_at_the_end() {
        let mut dialogue = asked();
        let delta = |n: u32, text: &str| {
            publication(json!({"type": "delta", "message_id": "a", "n": n, "text": text}))
        };
        assert_eq!(hear(&mut dialogue, delta(0, "Two")), [Heard::Piece("Two".into())]);
        assert_eq!(hear(&mut dialogue, delta(1, " words.")), [Heard::Piece(" words.".into())]);
        let references = vec!["[1] Manual: \u{201c}two words\u{201d}".to_owned()];
        assert_eq!(hear(&mut dialogue, answer("Two words.", "m")), [Heard::Answered(references)]);
        assert!(!dialogue.is_waiting());
    }

    #[test]
    fn an_answer_that_comes_whole_is_told_whole() {
        let mut dialogue = asked();
        let heard = hear(&mut dialogue, answer("Two words.", "m"));
        assert_eq!(heard.first(), Some(&Heard::Piece("Two words.".into())));
        assert!(!dialogue.is_waiting());
    }

    #[test]
    fn the_answer_to_another_message_is_told_but_not_taken_for_ours() {
        let mut dialogue = asked();
        hear(&mut dialogue, answer("Earlier.", "another"));
        assert!(dialogue.is_waiting());
    }

    #[test]
    fn a_snapshot_adds_what_is_missing_or_begins_anew() {
        let mut dialogue = asked();
        let snapshot =
            |text: &str| publication(json!({"type": "snapshot", "message_id": "a", "n": 3, "text": text}));
        assert_eq!(hear(&mut dialogue, snapshot("Two wo")), [Heard::Piece("Two wo".into())]);
        assert_eq!(hear(&mut dialogue, snapshot("Two words")), [Heard::Piece("rds".into())]);
        assert_eq!(hear(&mut dialogue, snapshot("Three")), [Heard::Anew, Heard::Piece("Three".into())]);
    }

    #[test]
    fn a_refusal_and_a_failed_answer_end_the_waiting() {
        let mut dialogue = Dialogue::default();
        dialogue.await_answer(2, "c".into());
        let refused = json!({"id": 2, "error": {"code": 1001, "message": "slow down", "temporary": true}});
        assert_eq!(hear(&mut dialogue, refused), [Heard::Refused("slow down (code 1001)".into())]);
        assert!(!dialogue.is_waiting());

        let mut dialogue = asked();
        let failed = publication(json!({"type": "notice", "code": 1005, "message": "no answer"}));
        assert_eq!(hear(&mut dialogue, failed), [Heard::Refused("no answer".into())]);
        assert!(!dialogue.is_waiting());
    }

    #[test]
    fn while_a_person_speaks_the_acknowledgement_is_enough() {
        let mut dialogue = Dialogue::default();
        hear(
            &mut dialogue,
            publication(json!({"type": "state", "state": "agent", "agent": {"name": "Kim"}})),
        );
        dialogue.await_answer(3, "c".into());
        hear(&mut dialogue, json!({"id": 3, "rpc": {"data": {"seq": 4}}}));
        assert!(!dialogue.is_waiting());
    }

    #[test]
    fn a_kind_of_publication_that_is_not_known_is_passed_over() {
        let mut dialogue = asked();
        assert_eq!(
            hear(&mut dialogue, publication(json!({"type": "typing", "role": "assistant", "active": true}))),
            []
        );
        assert!(dialogue.is_waiting());
    }
}
