//! What a chatbot that has read one article says, and what it refuses.

use aihio_actors::answer::{evidence, extract};
use aihio_actors::chatbot::knowledge::Fusion;
use aihio_actors::model::{Behaviour, Hit};

use crate::library::{Library, Way};
use crate::questions::File;
use crate::share;

/// Passages that an answer is made from.
const HITS: usize = 8;
/// Every so many-th question of another article is asked of a bot.
const STRANGERS_STEP: usize = 7;

/// What became of one question.
struct Outcome {
    evidence: f32,
    refused: Refused,
    gold: bool,
    quotes: usize,
    bytes: usize,
    invented: usize,
}

#[derive(PartialEq)]
enum Refused {
    Yes,
    No,
}

pub(crate) fn measure(file: &File, bots: &[Library<'_>]) {
    let least = Behaviour::default().evidence_min;
    let of_own = |answerable: bool| -> Vec<Outcome> {
        let homes = file.articles.iter().zip(bots);
        let asked = homes.flat_map(|(article, bot)| article.questions.iter().map(move |q| (bot, q)));
        asked
            .filter(|(_, q)| q.answerable() == answerable)
            .map(|(bot, q)| ask(bot, &q.question, &q.answers, least))
            .collect()
    };
    let (own, twins) = (of_own(true), of_own(false));
    let others = strangers(file, bots, least);
    let refused = |outcomes: &[Outcome]| share(outcomes, |outcome| outcome.refused == Refused::Yes);
    println!("\nextractive, evidence_min {least}");
    let gold = share(&own, |outcome| outcome.gold);
    println!(
        "own answerable ({}): a gold answer in the quotes {gold:.3}, refused {:.3}",
        own.len(),
        refused(&own)
    );
    println!("strangers' questions ({}): refused {:.3}", others.len(), refused(&others));
    if !twins.is_empty() {
        println!("unanswerable twins ({}): refused {:.3}", twins.len(), refused(&twins));
    }
    let all = || own.iter().chain(&twins).chain(&others);
    println!("citations that are no literal substrings: {}", all().map(|o| o.invented).sum::<usize>());
    let quotes: usize = own.iter().map(|outcome| outcome.quotes).sum();
    println!("mean quote: {} bytes", own.iter().map(|o| o.bytes).sum::<usize>() / quotes.max(1));
    thresholds(&own, &others);
}

/// What every threshold would do.
fn thresholds(own: &[Outcome], others: &[Outcome]) {
    println!("\nevidence_min  own refused  strangers' refused");
    for step in 4..14 {
        let least = step as f32 * 0.05;
        let refused = |outcomes: &[Outcome]| share(outcomes, |outcome| outcome.evidence < least);
        println!("{least:12.2}  {:11.3}  {:18.3}", refused(own), refused(others));
    }
}

fn ask(bot: &Library<'_>, question: &str, answers: &[String], least: f32) -> Outcome {
    let hits: Vec<Hit> = bot.search(question, Way::Whole(Fusion::default()), HITS);
    let answer = extract(question, &hits, least, &bot.index);
    let quotes: Vec<String> = answer
        .iter()
        .flat_map(|answer| answer.citations.iter().map(|citation| citation.quote.clone()))
        .collect();
    let holds = |quote: &String| answers.iter().any(|gold| quote.contains(gold.as_str()));
    let invented = |quote: &&String| !bot.texts.iter().any(|text| text.contains(quote.as_str()));
    Outcome {
        evidence: evidence(question, &hits, &bot.index),
        refused: if answer.is_some() { Refused::No } else { Refused::Yes },
        gold: quotes.iter().any(holds),
        quotes: quotes.len(),
        bytes: quotes.iter().map(String::len).sum(),
        invented: quotes.iter().filter(invented).count(),
    }
}

/// Questions of every other article for every bot, and those of nobody.
fn strangers(file: &File, bots: &[Library<'_>], least: f32) -> Vec<Outcome> {
    let of_others = bots.iter().enumerate().flat_map(|(home, bot)| {
        let others = file.articles.iter().enumerate().filter(move |(number, _)| *number != home);
        let questions = others.flat_map(|(_, article)| article.answerable());
        questions.step_by(STRANGERS_STEP).map(move |question| (bot, question.question.as_str()))
    });
    let of_nobody =
        bots.iter().flat_map(|bot| file.strangers.iter().map(move |question| (bot, question.as_str())));
    of_others.chain(of_nobody).map(|(bot, question)| ask(bot, question, &[], least)).collect()
}
