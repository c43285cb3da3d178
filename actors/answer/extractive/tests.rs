use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::chatbot::knowledge::{qa_text, split};
use crate::model::{Behaviour, Chunk, ChunkId, DocumentId, SourceId};

const SHOP: &str = "# Shipping\n\nWe ship every weekday before 16:00. Parcels reach Finland in two days.\n\n\
    # Returns\n\nGoods may be sent back within 30 days. The refund is paid to the card that was used. \
    Opened tea can't be returned.\n\n# About us\n\nThe shop was founded in 1998 by Aino Virtanen in Oulu.";

fn index(text: &str) -> Index {
    let chunks = split(text).into_iter().enumerate().map(|(number, span)| {
        let uuid = Uuid::from_u128(number as u128);
        Chunk {
            chunk_id: ChunkId::from_uuid(uuid),
            source_id: SourceId::from_uuid(uuid),
            document_id: DocumentId::from_uuid(uuid),
            title: "Shop".into(),
            url: Some("https://shop.example/".into()),
            text: text.get(span.clone()).unwrap_or_default().into(),
            span,
        }
    });
    Index::build(chunks.collect())
}

fn ask(text: &str, question: &str) -> Option<ExtractiveAnswer> {
    let index = index(text);
    extract(question, &index.search(question, 8), Behaviour::default().evidence_min, &index)
}

#[test]
fn the_sentence_that_answers_is_quoted_and_cited() -> Result<(), &'static str> {
    let answer = ask(SHOP, "Who founded the shop?").ok_or("it stands in the text")?;
    let first = answer.citations.first().ok_or("an answer has citations")?;
    assert!(first.quote.contains("Aino Virtanen"), "{answer:?}");
    assert!(answer.text.starts_with("The shop was founded in 1998 by Aino Virtanen in Oulu. [1]"));
    assert_eq!((first.n, &*first.title, first.url.as_deref()), (1, "Shop", Some("https://shop.example/")));
    Ok(())
}

#[test]
fn what_was_not_read_is_not_answered() {
    assert_eq!(ask(SHOP, "What is the capital of Mongolia?"), None);
    assert_eq!(ask(SHOP, "What is it?"), None);
    assert_eq!(ask("", "Who founded the shop?"), None);
}

#[test]
fn a_hand_written_answer_is_given_whole_and_alone() -> Result<(), &'static str> {
    let faq = format!(
        "{}\n{}",
        qa_text("Can I pay with an invoice?", "Yes.\n\nWrite to us before you order, please."),
        qa_text("Do you ship abroad?", "Only to Sweden.")
    );
    let answer = ask(&faq, "can i pay by invoice?").ok_or("the owner answered it")?;
    assert_eq!(answer.text, "Yes.\n\nWrite to us before you order, please. [1]");
    assert_eq!(answer.citations.len(), 1);
    Ok(())
}

#[test]
fn the_least_evidence_is_the_owners_to_choose() {
    let index = index(SHOP);
    let question = "Was the shop founded by dragons from Mars?";
    let hits = index.search(question, 8);
    assert!(extract(question, &hits, 0.0, &index).is_some());
    assert_eq!(extract(question, &hits, 1.0, &index), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn quotes_are_literal_whatever_was_read(
        text in "([a-d]{1,3} |Q: |A: |\n|\\. |# |- |\\PC|ä|1998){0,200}",
        question in "([a-d]{1,3} |\\PC|who |1998){0,12}",
    ) {
        if let Some(answer) = ask(&text, &question) {
            prop_assert!((1..=CITATIONS_MAX).contains(&answer.citations.len()));
            for citation in answer.citations {
                prop_assert!(text.contains(&citation.quote));
                let reference = format!("[{}]", citation.n);
                prop_assert!(answer.text.contains(&reference));
            }
        }
    }
}
