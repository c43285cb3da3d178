//! A conversation that was lived again, for people.

use aihio_actors::chatbot::session::replay::{Beginning, Frame, Happening};
use aihio_actors::chatbot::session::state::{AnswerStep, Input};
use aihio_actors::engine::{Command, Reply};
use aihio_actors::model::{Publication, PublicationData, Refusal, Role, Seq, Timestamp};

use crate::command::terminal::{printable, say};
use crate::recording::{Difference, Flaw, Relived};

/// Shows a life: what happened (`>`) and what was handed out (`<`).
pub(super) fn tell(number: usize, life: &Relived) {
    for step in &life.steps {
        match &step.happening {
            Happening::Began(beginning) => say(&began(number, step.at, beginning)),
            Happening::Ended => say(&format!("Life {number} ended at {}.", step.at.format(TIME))),
            happening => say(&format!("  {}  > {}", step.at.format(TIME), happened(happening))),
        }
        for (frame, _) in &step.frames {
            say(&format!("                   < {}", handed_out(frame)));
        }
    }
    if life.flaw.is_none() && !life.ended {
        say(&format!("Life {number} breaks off here, with its process or its recording."));
    }
}

/// Shows the frames of a life alone, as the socket sends them.
pub(super) fn frames(life: &Relived) {
    for (_, line) in life.steps.iter().flat_map(|step| &step.frames) {
        say(line);
    }
}

/// Whether all of it is the same.
pub(super) fn verdict(lives: &[Relived]) -> String {
    let frames: usize = lives.iter().map(Relived::frames).sum();
    let count = match lives.len() {
        1 => "1 life".to_owned(),
        count => format!("{count} lives"),
    };
    let flaws = (1..).zip(lives).find_map(|(number, life)| Some((number, life.flaw.as_ref()?)));
    match flaws {
        None => format!("byte-equal: {frames} frames in {count}"),
        Some((number, Flaw::Hole(nth))) => {
            format!(
                "not whole: life {number} has a hole at step {nth}; whether it is byte-equal can't be told"
            )
        }
        Some((number, Flaw::Difference(difference))) => {
            format!("not byte-equal: {}", differs(number, difference))
        }
    }
}

/// Says where the conversation goes on after the end of its recording.
pub(super) fn beyond(lives: &[Relived], stored: Seq) -> Option<String> {
    let recorded = lives.last()?.seq;
    (recorded < stored)
        .then(|| format!("The recording ends at position {recorded}, the conversation at {stored}."))
}

const TIME: &str = "%H:%M:%S%.6f";

fn began(number: usize, at: Timestamp, beginning: &Beginning) -> String {
    let last = beginning.events.last().map_or(0, |event| event.seq.0);
    let seq = beginning.memory.as_ref().map_or(last, |memory| memory.seq.0.max(last));
    format!(
        "Life {number} began on {} at {}, at position {seq}, with configuration {}.",
        at.format("%Y-%m-%d"),
        at.format(TIME),
        beginning.rules.config_version.0
    )
}

fn differs(number: usize, difference: &Difference) -> String {
    let shown = |line: &Option<String>| line.as_deref().map_or("nothing".to_owned(), printable);
    format!(
        "life {number}, step {}, frame {} differs\n  recorded  {}\n  replayed  {}",
        difference.nth,
        difference.frame,
        shown(&difference.recorded),
        shown(&difference.replayed)
    )
}

fn happened(happening: &Happening) -> String {
    match happening {
        Happening::Began(_) | Happening::Ended | Happening::Hole => String::new(),
        Happening::Attached { after: None, .. } => "somebody listens from now on".into(),
        Happening::Attached { after: Some(seq), .. } => {
            format!("somebody comes back who knows it up to {seq}")
        }
        Happening::Took { input, .. } => taken(input),
    }
}

fn taken(input: &Input) -> String {
    match input {
        Input::Opened => "the conversation is opened".into(),
        Input::Command { command, .. } => wished(command),
        Input::Kept(ticket) => format!("stored up to record {}", ticket.0),
        Input::Lost => "what was under way to the store is lost".into(),
        Input::Answer { step: AnswerStep::Piece(text), .. } => {
            format!("the answer goes on: {}", printable(text))
        }
        Input::Answer { step: AnswerStep::Finished(finished), .. } => {
            format!("the answer is whole, by {}", printable(&finished.receipt.provider))
        }
        Input::Answer { step: AnswerStep::Suggested(suggested), .. } => {
            format!("{} questions are suggested", suggested.questions.len())
        }
        Input::Answer { step: AnswerStep::Failed, .. } => "the answer failed".into(),
        Input::Ruled(rules) => format!("configuration {} holds from here on", rules.config_version.0),
        Input::Resumed { text, .. } => {
            format!("a question of an earlier life is taken up: {}", printable(text))
        }
        Input::Declined { .. } => "a question of an earlier life gets no answer".into(),
    }
}

fn wished(command: &Command) -> String {
    match command {
        Command::SendMessage { text, .. } => format!("the visitor says: {}", printable(text)),
        Command::StopAnswer { .. } => "the answer is to stop".into(),
        Command::GiveFeedback { .. } => "the visitor judges an answer".into(),
        Command::SetTyping { .. } => "somebody began or stopped writing".into(),
        Command::SubmitLead { .. } => "the visitor sends the form".into(),
        Command::RequestAgent { .. } => "the visitor asks for a person".into(),
        Command::TakeOver { agent } => format!("{} takes over", printable(&agent.name)),
        Command::ReleaseToAssistant => "the conversation goes back to the chatbot".into(),
        Command::Close => "the conversation is closed".into(),
        Command::SendAgentMessage { agent, text } => {
            format!("{} says: {}", printable(&agent.name), printable(text))
        }
    }
}

fn handed_out(frame: &Frame) -> String {
    match frame {
        Frame::Reply(number, outcome) => format!("reply {number}: {}", replied(outcome)),
        Frame::Publication(publication) => published(publication),
    }
}

fn replied(outcome: &Result<Reply, Refusal>) -> String {
    match outcome {
        Ok(Reply::Sent { seq, .. }) => format!("stored at {seq}"),
        Ok(Reply::Done) => "done".into(),
        Ok(Reply::Phase(phase)) => format!("done, {phase:?} answers now").to_lowercase(),
        Err(refusal) => format!("refused, {}: {}", refusal.code.number(), printable(&refusal.message)),
    }
}

fn published(publication: &Publication) -> String {
    let place = publication.offset.map_or(String::new(), |offset| format!("{offset} "));
    match &publication.data {
        PublicationData::Message { role, text, citations, .. } => {
            let quotes = match citations.len() {
                0 => String::new(),
                1 => " (1 citation)".into(),
                count => format!(" ({count} citations)"),
            };
            format!("{place}{}: {}{quotes}", speaker(*role), printable(text))
        }
        PublicationData::State(change) => format!("{place}state: {:?}", change.state).to_lowercase(),
        PublicationData::Delta { n, text, .. } => format!("piece {n}: {}", printable(text)),
        PublicationData::Snapshot { n, text, .. } => format!("all pieces up to {n}: {}", printable(text)),
        PublicationData::Suggestions { items, .. } => {
            format!("suggestions: {}", printable(&items.join(" | ")))
        }
        PublicationData::Typing { role, active } => {
            format!("{} {} writing", speaker(*role), if *active { "began" } else { "stopped" })
        }
        PublicationData::Config(_) => "a new configuration".into(),
        PublicationData::Notice(notice) => format!("notice {}: {}", notice.code, printable(&notice.message)),
    }
}

pub(super) const fn speaker(role: Role) -> &'static str {
    match role {
        Role::Visitor => "visitor",
        Role::Assistant => "assistant",
        Role::Agent => "agent",
        Role::System => "system",
    }
}
