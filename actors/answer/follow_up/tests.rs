use uuid::Uuid;

use super::*;
use crate::chatbot::knowledge::{qa_text, split};
use crate::model::{ChunkId, DocumentId, SourceId};

const TERMS: &str = "# Warranty\n\nThe warranty of the pump lasts three years.\n\n\
    # Returning goods\n\nGoods that were never used may be sent back within thirty days.\n\n# Empty corner";

fn chunks(number: u128, text: &str) -> Vec<Chunk> {
    let long = |section: &str| format!("{}{}", section, " This is how we have always done it.".repeat(16));
    let text = text.split("\n\n#").map(long).collect::<Vec<_>>().join("\n\n#");
    let chunk = |(nth, span): (u128, std::ops::Range<usize>)| Chunk {
        chunk_id: ChunkId::from_uuid(Uuid::from_u128(number * 1_000 + nth)),
        source_id: SourceId::from_uuid(Uuid::from_u128(number)),
        document_id: DocumentId::from_uuid(Uuid::from_u128(number)),
        title: "Terms".into(),
        url: None,
        text: text[span.clone()].into(),
        span,
    };
    (0..).zip(split(&text)).map(chunk).collect()
}

fn library() -> Index {
    let shipping = qa_text("Do you ship to Norway?", "Yes, within five days.");
    Index::build([chunks(1, TERMS), chunks(2, &shipping)].concat())
}

/// What is offered after an answer to the last of the questions, out of some candidates or its own.
fn offered(asked: &[&str], candidates: Option<&[&str]>) -> Vec<String> {
    let index = library();
    let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
    let hits = index.search(asked.last().unwrap(), 4);
    let citations = extract(asked.last().unwrap(), &hits, 0.4, &index).unwrap().citations;
    let given = Given { asked: &asked, hits: &hits, citations: &citations, index: &index, evidence_min: 0.4 };
    let candidates = candidates.map(|texts| texts.iter().map(ToString::to_string).collect());
    given.choose(candidates.unwrap_or_else(|| given.candidates()))
}

#[test]
fn headings_near_the_answer_lead_on_and_its_own_does_not() {
    assert_eq!(offered(&["How long does the warranty of the pump last?"], None), ["Returning goods"]);
}

#[test]
fn the_owners_questions_come_before_headings() {
    let index = library();
    let hits = index.search("Is the pump shipped to Norway?", 8);
    let given = Given { asked: &[], hits: &hits, citations: &[], index: &index, evidence_min: 0.4 };
    let candidates = given.candidates();
    assert_eq!(candidates.first().map(String::as_str), Some("Do you ship to Norway?"));
    assert!(candidates.contains(&"Warranty".to_owned()), "{candidates:?}");
}

#[test]
fn nothing_is_offered_that_was_asked_or_that_nothing_answers() {
    let proposed = [
        "Who won the chess match in Reykjavik?",
        "May goods be returned that were used?",
        "Do you ship to Norway?",
        "Is it Norway that you ship to?",
    ];
    let asked = ["Do you ship to Norway?", "How long does the warranty of the pump last?"];
    assert_eq!(
        offered(&asked[1..], Some(&proposed)),
        ["May goods be returned that were used?", "Do you ship to Norway?"]
    );
    assert_eq!(offered(&asked, Some(&proposed)), ["May goods be returned that were used?"]);
}
