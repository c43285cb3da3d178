//! Measures retrieval and extractive answers on questions with known answers.
//!
//! `cargo run -p aihio-actors --example eval -- FILE`, where FILE is JSON of this form:
//! `{"articles":[{"title","paragraphs":["…"],"questions":[{"question","paragraph":0,"answers":["…"]}]}]}`.
//! A question without answers is one that its paragraph looks as if it answered, but doesn't.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;

use aihio_actors::answer::{ExtractiveAnswer, evidence, extract};
use aihio_actors::chatbot::knowledge::{Index, split};
use aihio_actors::model::{Behaviour, Chunk, ChunkId, DocumentId, Hit, SourceId};
use serde::Deserialize;
use uuid::Uuid;

/// Passages that an answer is made from.
const HITS: usize = 8;
/// Every so many-th question of another article is asked of a bot.
const STRANGERS_STEP: usize = 7;

#[derive(Deserialize)]
struct File {
    articles: Vec<Article>,
}

#[derive(Deserialize)]
struct Article {
    title: String,
    paragraphs: Vec<String>,
    questions: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    question: String,
    paragraph: usize,
    #[serde(default)]
    answers: Vec<String>,
}

impl Question {
    const fn answerable(&self) -> bool {
        !self.answers.is_empty()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: eval FILE")?;
    let file: File = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    retrieval(&file.articles);
    let bots: Vec<Bot> = file.articles.iter().map(Bot::new).collect();
    let evidence_min = Behaviour::default().evidence_min;
    answers(&file.articles, &bots, evidence_min);
    thresholds(&file.articles, &bots);
    Ok(())
}

/// One index over every paragraph: where is the paragraph that a question was written for?
fn retrieval(articles: &[Article]) {
    let paragraphs = articles.iter().flat_map(|article| &article.paragraphs);
    let chunks = (0..).zip(paragraphs).map(|(number, text)| chunk(number, "", 0..text.len(), text)).collect();
    let index = Index::build(chunks);
    let mut first = 0;
    let ranks: Vec<Option<usize>> = articles
        .iter()
        .flat_map(|article| {
            let offset = first;
            first += article.paragraphs.len();
            article
                .questions
                .iter()
                .filter(|question| question.answerable())
                .map(move |question| (offset, question))
        })
        .map(|(offset, question)| rank(&index.search(&question.question, 10), offset + question.paragraph))
        .collect();
    let within = |limit| share(&ranks, |rank| rank.is_some_and(|rank| rank < limit));
    let gain: f64 = ranks.iter().flatten().map(|rank| 1.0 / (*rank as f64 + 2.0).log2()).sum();
    println!("paragraphs {} · answerable questions {}", index.len(), ranks.len());
    println!("R@1 {:.3} · R@5 {:.3} · nDCG@10 {:.3}", within(1), within(5), gain / ranks.len() as f64);
}

fn rank(hits: &[Hit], wanted: usize) -> Option<usize> {
    let id = ChunkId::from_uuid(Uuid::from_u128(wanted as u128));
    hits.iter().position(|hit| hit.passage.chunk_id == id)
}

/// A chatbot that has read one article.
struct Bot {
    text: String,
    index: Index,
}

impl Bot {
    fn new(article: &Article) -> Self {
        let text = article.paragraphs.join("\n\n");
        let spans = split(&text).into_iter();
        let chunks =
            (0..).zip(spans).map(|(number, span)| chunk(number, &article.title, span, &text)).collect();
        Self { index: Index::build(chunks), text }
    }

    fn answer(&self, question: &str, evidence_min: f32) -> Option<ExtractiveAnswer> {
        extract(question, &self.index.search(question, HITS), evidence_min, &self.index)
    }

    fn evidence(&self, question: &str) -> f32 {
        evidence(question, &self.index.search(question, HITS), &self.index)
    }
}

fn chunk(number: u128, title: &str, span: Range<usize>, text: &str) -> Chunk {
    let uuid = Uuid::from_u128(number);
    Chunk {
        chunk_id: ChunkId::from_uuid(uuid),
        source_id: SourceId::from_uuid(uuid),
        document_id: DocumentId::from_uuid(uuid),
        title: title.into(),
        url: None,
        text: Arc::from(text.get(span.clone()).unwrap_or_default()),
        span,
    }
}

/// What became of one question.
struct Outcome {
    refused: bool,
    gold: bool,
    quotes: usize,
    bytes: usize,
    invented: usize,
}

fn ask(bot: &Bot, question: &Question, evidence_min: f32) -> Outcome {
    let citations = bot.answer(&question.question, evidence_min).map(|answer| answer.citations);
    let refused = citations.is_none();
    let quotes: Vec<String> =
        citations.unwrap_or_default().into_iter().map(|citation| citation.quote).collect();
    Outcome {
        refused,
        gold: quotes.iter().any(|quote| question.answers.iter().any(|gold| quote.contains(gold.as_str()))),
        quotes: quotes.len(),
        bytes: quotes.iter().map(String::len).sum(),
        invented: quotes.iter().filter(|quote| !bot.text.contains(quote.as_str())).count(),
    }
}

fn answers(articles: &[Article], bots: &[Bot], evidence_min: f32) {
    let outcomes = |answerable: bool| -> Vec<Outcome> {
        let own = articles
            .iter()
            .zip(bots)
            .flat_map(|(article, bot)| article.questions.iter().map(move |q| (bot, q)));
        own.filter(|(_, q)| q.answerable() == answerable).map(|(bot, q)| ask(bot, q, evidence_min)).collect()
    };
    let (own, twins) = (outcomes(true), outcomes(false));
    let others: Vec<Outcome> = strangers(articles, bots).map(|(bot, q)| ask(bot, q, evidence_min)).collect();
    println!("evidence_min {evidence_min}");
    println!(
        "own answerable: gold answer in the quotes {:.3}, refused {:.3}",
        share(&own, |o| o.gold),
        share(&own, |o| o.refused)
    );
    println!("other articles' questions ({}): refused {:.3}", others.len(), share(&others, |o| o.refused));
    println!("unanswerable twins: refused {:.3}", share(&twins, |o| o.refused));
    let all = || own.iter().chain(&twins).chain(&others);
    println!("citations that are no literal substrings: {}", all().map(|o| o.invented).sum::<usize>());
    let quotes: usize = own.iter().map(|o| o.quotes).sum();
    println!("mean quote: {} bytes", own.iter().map(|o| o.bytes).sum::<usize>() / quotes.max(1));
}

/// What every threshold would do.
fn thresholds(articles: &[Article], bots: &[Bot]) {
    let own: Vec<f32> = articles
        .iter()
        .zip(bots)
        .flat_map(|(article, bot)| {
            article.questions.iter().filter(|q| q.answerable()).map(|q| bot.evidence(&q.question))
        })
        .collect();
    let others: Vec<f32> = strangers(articles, bots).map(|(bot, q)| bot.evidence(&q.question)).collect();
    println!("threshold  own refused  others refused");
    for step in 4..16 {
        let least = step as f32 * 0.05;
        println!(
            "{least:9.2}  {:11.3}  {:14.3}",
            share(&own, |e| *e < least),
            share(&others, |e| *e < least)
        );
    }
}

/// Questions of every other article for every bot.
fn strangers<'a>(articles: &'a [Article], bots: &'a [Bot]) -> impl Iterator<Item = (&'a Bot, &'a Question)> {
    bots.iter().enumerate().flat_map(move |(home, bot)| {
        let others = articles.iter().enumerate().filter(move |(number, _)| *number != home);
        let questions = others.flat_map(|(_, article)| article.questions.iter().filter(|q| q.answerable()));
        questions.step_by(STRANGERS_STEP).map(move |question| (bot, question))
    })
}

fn share<T>(items: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    items.iter().filter(|item| holds(item)).count() as f64 / items.len().max(1) as f64
}
