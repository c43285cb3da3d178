//! The demo chatbot: it has read this project's own documentation.

use aihio_actors::Engine;
use aihio_actors::model::{AccountId, ChatbotConfig, ChatbotId, Job, JobId, JobKind, Run, SourceId};
use aihio_actors::ports::Ports;

use super::StartError;
use super::first_owner::FirstOwner;
use crate::demo;
use crate::store::{NewChatbot, NewSource, Store};

/// Finds the demo chatbot or makes it and lets it read. An installation whose owner has gone has none.
pub(super) async fn ensure(
    store: &Store,
    engine: &Engine,
    ports: &Ports,
    owner: &FirstOwner,
) -> Result<Option<ChatbotId>, StartError> {
    let Some(account_id) = owner.account_id else { return Ok(None) };
    let tenant = store.tenant(account_id);
    if let Some(known) = tenant.chatbot_by_slug(demo::SLUG).await? {
        return Ok(Some(known.record.chatbot_id));
    }
    let at = ports.clock.now();
    let chatbot_id = ChatbotId::from_uuid(ports.dice.id(at));
    let mut config = ChatbotConfig::named(demo::NAME);
    config.behaviour.greeting = Some(demo::GREETING.into());
    config.behaviour.suggestions = demo::SUGGESTIONS.map(String::from).to_vec();
    tenant
        .create_chatbot(NewChatbot { chatbot_id, slug: demo::SLUG.into(), config, created_by: None, at })
        .await?;
    for (title, kind) in readings() {
        let (source, job) = source((title, kind), (account_id, chatbot_id), ports);
        tenant.create_source(source, &job).await?;
    }
    engine.wake_jobs();
    Ok(Some(chatbot_id))
}

/// The manual's pages, and each of its questions with the section that answers it.
fn readings() -> impl Iterator<Item = (String, JobKind)> {
    let page =
        |(title, text): (&str, String)| (title.to_owned(), JobKind::Text { title: title.into(), text });
    let question = |asked: demo::DemoQuestion| {
        let (question, answer) = (asked.question.to_owned(), asked.answer.to_owned());
        (question.clone(), JobKind::Qa { question, answer })
    };
    demo::pages().map(page).chain(demo::questions().map(question))
}

fn source(
    (title, kind): (String, JobKind),
    (account_id, chatbot_id): (AccountId, ChatbotId),
    ports: &Ports,
) -> (NewSource, Job) {
    let at = ports.clock.now();
    let source_id = SourceId::from_uuid(ports.dice.id(at));
    let run = Run { account_id, chatbot_id, source_id, kind: kind.clone() };
    let job = Job::queued(JobId::from_uuid(ports.dice.id(at)), run, at);
    (NewSource { source_id, chatbot_id, title, kind, resync: None, at }, job)
}
