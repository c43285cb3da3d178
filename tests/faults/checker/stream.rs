//! What a client follows: positions without holes, and pieces that make the answer.

use std::collections::BTreeMap;

use super::{
    Answering, Connected, Conversation, Event, Findings, Kind, Marker, Promise, Publication, Role, Stored,
};

pub(super) fn check(conversation: &Conversation, found: &mut Findings) {
    let mut follower = Follower::default();
    for event in &conversation.events {
        match event {
            Event::Connected(connected) => follower.connects(connected, found),
            Event::Published(publication) => follower.hears(publication, found),
            _ => {}
        }
    }
    answers(conversation, found);
}

/// Where a client stands.
#[derive(Debug, Default)]
struct Follower {
    offset: u64,
    /// The answers seen in the making on this connection.
    drafts: BTreeMap<String, Draft>,
}

#[derive(Debug)]
struct Draft {
    next: u64,
    text: String,
}

impl Follower {
    fn connects(&mut self, connected: &Connected, found: &mut Findings) {
        self.drafts.clear();
        match connected.since {
            Some(since) if connected.recovered => {
                self.offset = since;
                for missed in &connected.missed {
                    self.moves(missed, found);
                }
                if self.offset != connected.offset {
                    let (reached, said) = (self.offset, connected.offset);
                    let what =
                        format!("from {since}, what was missed leads to {reached}, but {said} was said");
                    found.broken(Promise::NoSilentGap, what);
                }
            }
            // Told of the gap: the client reads the history, and goes on from here.
            _ => {}
        }
        self.offset = connected.offset;
    }

    fn moves(&mut self, publication: &Publication, found: &mut Findings) {
        let Some(offset) = publication.offset else { return };
        if offset != self.offset + 1 {
            found.broken(Promise::NoSilentGap, format!("after {} comes {offset}", self.offset));
        }
        self.offset = offset;
    }

    fn hears(&mut self, publication: &Publication, found: &mut Findings) {
        self.moves(publication, found);
        match &publication.kind {
            Kind::Delta { message_id, n, text } => {
                let draft =
                    self.drafts.entry(message_id.clone()).or_insert(Draft { next: 0, text: String::new() });
                if draft.next != *n {
                    let what = format!("piece {n} of {message_id} comes where {} is due", draft.next);
                    found.broken(Promise::PiecesMakeTheAnswer, what);
                }
                draft.next = n + 1;
                draft.text.push_str(text);
            }
            Kind::Snapshot { message_id, n, text } => {
                self.drafts.insert(message_id.clone(), Draft { next: n + 1, text: text.clone() });
            }
            Kind::Message { message_id, role: Role::Assistant, text, .. } => {
                if let Some(draft) = self.drafts.remove(message_id)
                    && draft.text != *text
                {
                    let what =
                        format!("the pieces of {message_id} make {:?}, the answer is {text:?}", draft.text);
                    found.broken(Promise::PiecesMakeTheAnswer, what);
                }
            }
            _ => {}
        }
    }
}

/// Every question has one reply, the right one; those that a person took over may have none.
fn answers(conversation: &Conversation, found: &mut Findings) {
    let voices = conversation.voices();
    let replies = replies(conversation);
    for question in conversation.stored.iter().filter(|message| message.role == Role::Visitor) {
        let of_it = replies.get(question.message_id.as_str()).map_or(&[] as &[&Stored], Vec::as_slice);
        let excused = conversation.was_told_of_a_gap()
            || voices.range(..question.seq).next_back().is_some_and(|(_, person)| *person)
            || voices.range(question.seq..).any(|(_, person)| *person);
        match of_it {
            [] if excused => {}
            [] => found.broken(Promise::AnsweredOnce, format!("question {} has no reply", question.seq)),
            [reply] => right_answer(conversation.answering, question, reply, found),
            several => {
                let seqs: Vec<u64> = several.iter().map(|reply| reply.seq).collect();
                found.broken(
                    Promise::AnsweredOnce,
                    format!("question {} is answered at {seqs:?}", question.seq),
                );
            }
        }
    }
}

fn replies(conversation: &Conversation) -> BTreeMap<&str, Vec<&Stored>> {
    let mut replies: BTreeMap<&str, Vec<&Stored>> = BTreeMap::new();
    for message in &conversation.stored {
        if let Some(question) = &message.reply_to {
            replies.entry(question).or_default().push(message);
        }
    }
    replies
}

fn right_answer(answering: Answering, question: &Stored, reply: &Stored, found: &mut Findings) {
    if reply.role != Role::Assistant {
        return;
    }
    let right = match answering {
        Answering::Echo => Some(question.text.clone()),
        Answering::Model => Marker::all(&question.text).next().map(Marker::answer),
    };
    if right.as_ref() != Some(&reply.text) {
        let what =
            format!("question {} ({:?}) is answered with {:?}", question.seq, question.text, reply.text);
        found.broken(Promise::PiecesMakeTheAnswer, what);
    }
}
