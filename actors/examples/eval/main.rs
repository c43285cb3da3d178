//! Measures retrieval and extractive answers on questions with known answers.
//!
//! `cargo run -p aihio-actors --example eval -- FILE [--vectors TABLE TOKENIZER]`, where FILE is JSON of this form:
//! `{"articles":[{"title","paragraphs":["…"],"questions":[{"question","paragraph":0,"answers":["…"]}]}]}`. A question
//! without answers is one that its paragraph looks as if it answered, but doesn't. In place of `paragraphs` an article
//! may name `files`, which are cut into passages as a source is; a question's passages are then those that hold one of
//! its answers. `strangers` beside the articles are questions that no article answers.
//!
//! TABLE (safetensors) and TOKENIZER (`tokenizer.json`) are the files of a model of static vectors.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

mod answers;
mod library;
mod questions;
mod ranking;

use std::error::Error;
use std::fs;

use aihio_actors::embedding::StaticModel;

use self::library::Library;
use self::questions::File;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, model) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path] => (path, None),
        [path, "--vectors", table, tokenizer] => {
            (path, Some(StaticModel::read(&fs::read(table)?, &fs::read(tokenizer)?)?))
        }
        _ => return Err("usage: eval FILE [--vectors TABLE TOKENIZER]".into()),
    };
    let file = File::read(path)?;
    let everything = Library::of_all(&file.articles, model.as_ref());
    ranking::measure(&file.articles, &everything);
    let bots: Vec<Library> =
        file.articles.iter().map(|article| Library::of_one(article, model.as_ref())).collect();
    answers::measure(&file, &bots);
    Ok(())
}

fn share<T>(items: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    items.iter().filter(|item| holds(item)).count() as f64 / items.len().max(1) as f64
}
