//! What newcomers ask, and whether the shipped manual answers it.

use std::sync::Arc;

use aihio_actors::answer::extract;
use aihio_actors::chatbot::knowledge::{Index, qa_text, split};
use aihio_actors::model::{Behaviour, Chunk, ChunkId, DocumentId, SourceId};
use uuid::Uuid;

use super::*;

/// The manual, read as the demo chatbot reads it: each page, and each question with its answer.
fn manual() -> Index {
    let pages = pages();
    let questions = questions().map(|asked| (asked.question, qa_text(asked.question, asked.answer)));
    let chunks =
        pages.chain(questions).enumerate().flat_map(|(number, (title, text))| passages(number, title, &text));
    Index::build(chunks.collect())
}

fn passages(document: usize, title: &str, text: &str) -> Vec<Chunk> {
    let id = |number: usize| Uuid::from_u128(number as u128);
    let spans = split(text).into_iter().enumerate();
    let passage = |(number, span): (usize, std::ops::Range<usize>)| Chunk {
        chunk_id: ChunkId::from_uuid(id(document * 1_000 + number)),
        document_id: DocumentId::from_uuid(id(document)),
        source_id: SourceId::from_uuid(id(document)),
        title: title.into(),
        url: None,
        text: Arc::from(&text[span.clone()]),
        span,
    };
    spans.map(passage).collect()
}

fn answer(index: &Index, question: &str) -> Option<String> {
    let hits = index.search(question, 8);
    extract(question, &hits, Behaviour::default().evidence_min, index).map(|answer| answer.text)
}

#[test]
fn newcomers_questions_are_answered_from_the_manual() {
    let questions = [
        ("How do I put the widget on my site?", "before `</body>`"),
        ("What does an acknowledged message mean?", "stored on disk"),
        ("Which file types are supported?", "Word, PowerPoint and Excel files"),
        ("Which database does aihio use by default?", "SQLite"),
        ("How do I add a source?", "drop a file"),
        ("How do I use OpenAI?", "model section"),
        ("How do I use Ollama?", "11434"),
        ("How are limits held?", "refills evenly"),
        ("How do I make a backup?", "copy"),
        ("What is Redis for?", "optional"),
        ("How large may a file be?", "20 MiB"),
        ("Where do I get an API key?", "dashboard"),
        ("How do I sign in?", "owner"),
        ("When does the chatbot say that it doesn't know?", "evidence"),
        ("Can I use aihio without a model?", "extractive"),
        ("What happens when aihio is stopped?", "3001"),
        ("How many processes may run?", "any number that share a Redis"),
        ("how can I embed the chat in my website?", "before `</body>`"),
        ("Is my data sent anywhere?", "local"),
        ("How do I back up my data?", "copy the data folder"),
        ("How do I change the port?", "http.bind"),
        ("Can I upload Word documents?", "DOCX"),
        ("How do I delete a source?", "DELETE"),
        ("What does code 1008 mean?", "More work than can be done now"),
    ];
    let index = manual();
    let unanswered: Vec<String> = questions
        .iter()
        .map(|(question, words)| (question, words, answer(&index, question)))
        .filter(|(_, words, answer)| !answer.as_deref().is_some_and(|answer| answer.contains(*words)))
        .map(|(question, words, answer)| format!("{question}\n  wants: {words}\n  says: {answer:?}\n"))
        .collect();
    assert!(unanswered.is_empty(), "{}", unanswered.join("\n"));
}

#[test]
fn what_has_nothing_to_do_with_the_manual_is_not_answered() {
    let index = manual();
    for question in ["Who won the football world cup in 1998?", "How do I bake sourdough bread?"] {
        assert_eq!(answer(&index, question), None, "{question}");
    }
}

#[test]
fn nothing_of_the_manual_is_read_twice_and_nothing_is_left_out() {
    let read: usize =
        pages().map(|(_, text)| text.matches("\n## ").count()).sum::<usize>() + questions().count();
    let written: usize = PAGES.iter().map(|page| page.text.matches("\n## ").count()).sum();
    assert_eq!(read, written);
    assert!(questions().count() > 30, "the manual answers questions");
}

#[test]
fn every_page_of_the_manual_is_read_under_its_own_title() {
    let contents = include_str!("../../docs/src/SUMMARY.md");
    let listed: Vec<&str> =
        contents.lines().filter_map(|line| line.strip_prefix("- [")?.split(']').next()).collect();
    let read: Vec<&str> = PAGES.iter().map(|page| page.title).collect();
    // The page on architecture only points to the repository's own.
    let missing: Vec<&&str> =
        listed.iter().filter(|title| !read.contains(title) && **title != "Architecture").collect();
    assert!(missing.is_empty(), "{missing:?}");
    for page in &PAGES {
        assert!(page.text.starts_with(&format!("# {}", page.title)), "{}", page.title);
    }
}

#[test]
fn what_is_suggested_is_a_question_that_the_manual_asks_itself() {
    for question in SUGGESTIONS {
        assert!(PAGES.iter().any(|page| page.text.contains(&format!("\n## {question}\n"))), "{question}");
    }
}
