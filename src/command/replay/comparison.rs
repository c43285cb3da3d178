//! How another configuration would have answered: each question of a conversation, then and now.

use std::sync::Arc;

use aihio_actors::answer::AnswerTask;
use aihio_actors::chatbot::knowledge::Index;
use aihio_actors::chatbot::{ChatbotView, Finder};
use aihio_actors::model::{
    AccountId, AnswerId, Citation, ConfigVersion, Event, EventBody, FollowUps, Message, Role, Seq, SessionId,
};
use aihio_actors::ports::{Knowledge, Turn};
use uuid::Uuid;

use super::story::speaker;
use super::{unknown, unreadable};
use crate::app::Workbench;
use crate::command::failure::Failure;
use crate::command::terminal::{printable, say};
use crate::evaluation::{Answer, ask};
use crate::store::Tenant;

/// Events that are read from the store at once.
const PAGE_LEN: u32 = 500;

/// Which conversation, and which version of its chatbot's configuration.
pub(super) struct Conversation {
    pub(super) account: AccountId,
    pub(super) session: SessionId,
    pub(super) version: ConfigVersion,
}

/// Answers each question of the visitor again, over the documents as they are stored now, and shows both answers.
pub(super) async fn compare(workbench: &Workbench, conversation: Conversation) -> Result<(), Failure> {
    let tenant = workbench.store.tenant(conversation.account);
    let view = Arc::new(view(workbench, &tenant, &conversation).await?);
    let history = history(&tenant, conversation.session).await?;
    let (mut asked, mut different) = (0_usize, 0_usize);
    for question in questions(&history) {
        asked += 1;
        say(&format!("{asked}. {}", printable(&question.asked.text)));
        show("then", &then(&tenant, question.answer).await?);
        let now = now(workbench, &view, &history, &question).await;
        show("now", &now);
        let differs = !now.says_as(question.answer);
        different += usize::from(differs);
        say(if differs { "   different\n" } else { "   the same\n" });
    }
    let version = conversation.version.0;
    say(&match asked {
        0 => "The visitor asked nothing.".to_owned(),
        _ => format!("With configuration {version}, {different} of {asked} answers differ."),
    });
    Ok(())
}

async fn view(
    workbench: &Workbench,
    tenant: &Tenant,
    conversation: &Conversation,
) -> Result<ChatbotView, Failure> {
    let session = tenant.session(conversation.session).await.map_err(unreadable)?;
    let chatbot_id = session.ok_or_else(|| unknown(conversation.session))?.meta.chatbot_id;
    let stored = tenant.chatbot(chatbot_id).await.map_err(unreadable)?;
    let stored =
        stored.ok_or_else(|| Failure::new(format!("the chatbot {chatbot_id} does not exist any more")))?;
    let in_force = stored.record.config_version.0;
    let version = conversation.version;
    let config = tenant.config_at(chatbot_id, version).await.map_err(unreadable)?.ok_or_else(|| {
        Failure::new(format!("the chatbot {chatbot_id} has no configuration {}", version.0))
            .cure(format!("There are the versions 1 to {in_force}."))
    })?;
    let unread = |error| Failure::new("the chatbot's documents can't be read").because(&error);
    let index = Index::build(workbench.store.chunks(chatbot_id).await.map_err(unread)?);
    let finder = Finder::load(&workbench.retrieval, chatbot_id, &index).await.map_err(unread)?;
    let mut record = stored.record;
    (record.config_version, record.config) = (version, config.config);
    Ok(ChatbotView::new(record, Arc::new(index)).finding_with(finder))
}

async fn history(tenant: &Tenant, session: SessionId) -> Result<Vec<Event>, Failure> {
    let mut history: Vec<Event> = Vec::new();
    loop {
        let after = history.last().map_or(Seq::START, |event| event.seq);
        let page = tenant.messages(session, after, PAGE_LEN).await.map_err(unreadable)?;
        if page.is_empty() {
            return Ok(history);
        }
        history.extend(page);
    }
}

/// A question of the visitor and what the chatbot made of it.
struct Question<'a> {
    seq: Seq,
    asked: &'a Message,
    /// The answer with its position; none where a person spoke, or nobody did.
    answer: Option<(Seq, &'a Message)>,
}

fn messages(history: &[Event]) -> impl Iterator<Item = (Seq, &Message)> {
    history.iter().filter_map(|event| match &event.body {
        EventBody::Message(message) => Some((event.seq, message)),
        EventBody::State(_) => None,
    })
}

fn questions(history: &[Event]) -> impl Iterator<Item = Question<'_>> {
    let asked = messages(history).filter(|(_, message)| message.role == Role::Visitor);
    asked.map(|(seq, asked)| {
        let answers = |(_, message): &(Seq, &Message)| message.reply_to == Some(asked.message_id);
        Question { seq, asked, answer: messages(history).find(answers) }
    })
}

/// The newest messages that stood before the answer, oldest first; those that wait for an answer of their own left out.
fn turns(history: &[Event], question: &Question<'_>, turns_max: usize) -> Vec<Turn> {
    let answered_at = question.answer.map_or(question.seq, |(seq, _)| seq);
    let before = messages(history).filter(|(seq, message)| match message.role {
        Role::Visitor => *seq < question.seq,
        Role::Assistant | Role::Agent => *seq < answered_at,
        Role::System => false,
    });
    let turns: Vec<Turn> =
        before.map(|(_, message)| Turn { role: message.role, text: message.text.clone() }).collect();
    let surplus = turns.len().saturating_sub(turns_max);
    turns.into_iter().skip(surplus).collect()
}

/// What one side of the comparison says.
struct Said {
    who: String,
    text: Option<String>,
    citations: Vec<Citation>,
}

impl Said {
    fn says_as(&self, then: Option<(Seq, &Message)>) -> bool {
        let quotes = |citations: &[Citation]| -> Vec<String> {
            citations.iter().map(|citation| citation.quote.clone()).collect()
        };
        self.text.as_deref() == then.map(|(_, message)| message.text.as_str())
            && quotes(&self.citations) == then.map_or(Vec::new(), |(_, message)| quotes(&message.citations))
    }
}

async fn then(tenant: &Tenant, answer: Option<(Seq, &Message)>) -> Result<Said, Failure> {
    let Some((_, message)) = answer else {
        return Ok(Said { who: "nobody".into(), text: None, citations: Vec::new() });
    };
    let receipt = tenant.receipt(message.message_id).await.map_err(unreadable)?;
    let who = match receipt {
        Some(receipt) => format!("configuration {}, {}", receipt.config_version.0, receipt.provider),
        None => speaker(message.role).to_owned(),
    };
    Ok(Said { who, text: Some(message.text.clone()), citations: message.citations.clone() })
}

async fn now(
    workbench: &Workbench,
    view: &Arc<ChatbotView>,
    history: &[Event],
    question: &Question<'_>,
) -> Said {
    let config = &view.record.config;
    let turns_max = usize::try_from(config.behaviour.history_messages_max).unwrap_or(0);
    let task = AnswerTask {
        answer_id: AnswerId::from_uuid(Uuid::nil()),
        question: question.asked.text.clone(),
        turns: turns(history, question, turns_max),
        view: Arc::clone(view),
        providers: Arc::clone(&workbench.providers),
        // A comparison has no effects.
        tools: None,
        timeout: workbench.limits.answer_timeout,
        fail_over_within: workbench.limits.answer_fail_over_within,
        passages_max: workbench.limits.answer_passages_max,
        follow_ups: FollowUps::Off,
    };
    let version = view.record.config_version.0;
    match ask(task).await {
        Some(Answer { text, citations, receipt }) => Said {
            who: format!("configuration {version}, {}", receipt.provider),
            text: Some(text),
            citations,
        },
        None => Said {
            who: format!("configuration {version}, failed: is its provider configured and running?"),
            text: None,
            citations: Vec::new(),
        },
    }
}

fn show(when: &str, said: &Said) {
    say(&format!("   {when:<5} ({})", printable(&said.who)));
    for line in said.text.as_deref().unwrap_or("(no answer)").lines() {
        say(&format!("         {}", printable(line)));
    }
    for citation in &said.citations {
        let quote = citation.quote.split_whitespace().collect::<Vec<_>>().join(" ");
        say(&format!("         [{}] {}: \"{}\"", citation.n, printable(&citation.title), printable(&quote)));
    }
}
