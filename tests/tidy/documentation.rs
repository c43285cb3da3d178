//! What the code can do is written where people look for it.

use std::collections::BTreeSet;
use std::path::Path;

use crate::rust::code;
use crate::tree::{Fault, File, file, files, names_in, none, root, rust_in};

const CONFIGURATION: &str = "docs/src/configuration.md";
const PROTOCOL: &str = "docs/src/protocol.md";
const QUESTIONS: &str = "tests/questions/manual.json";
const DEFAULTS: &str = "config/default.toml";

#[test]
fn every_setting_is_explained() {
    let page = file(CONFIGURATION).unwrap_or_else(|| panic!("{CONFIGURATION} is missing"));
    let defaults = file(DEFAULTS).unwrap_or_else(|| panic!("{DEFAULTS} is missing"));
    let keys = settings(&defaults);
    assert!(!keys.is_empty(), "no setting was found in {DEFAULTS}");
    let unexplained = keys.into_iter().filter(|(_, key)| {
        let variable = format!("AIHIO__{}", key.to_uppercase().replace('.', "__"));
        !page.text.contains(&format!("`{key}`")) && !page.text.contains(&variable)
    });
    none(
        unexplained
            .map(|(line, key)| Fault::at(&defaults, line, format!("`{key}` is not in {CONFIGURATION}"))),
    );
}

#[test]
fn the_manual_answers_the_questions_that_are_asked_of_it() {
    let asked = file(QUESTIONS).unwrap_or_else(|| panic!("{QUESTIONS} is missing"));
    let asked: serde_json::Value = serde_json::from_str(&asked.text).expect("the questions are JSON");
    let texts = |value: &serde_json::Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|text| Some(text.as_str()?.to_owned())).collect()
    };
    let mut faults = Vec::new();
    let mut count = 0;
    for article in asked["articles"].as_array().into_iter().flatten() {
        let pages: Vec<File> = texts(&article["files"]).iter().filter_map(|path| file(path)).collect();
        for question in article["questions"].as_array().into_iter().flatten() {
            count += 1;
            let answers = texts(&question["answers"]);
            let gone = answers.iter().filter(|answer| !pages.iter().any(|page| page.text.contains(*answer)));
            faults.extend(gone.map(|answer| {
                Fault::of(
                    QUESTIONS,
                    format!("{} is answered by `{answer}`, which no page holds", question["question"]),
                )
            }));
        }
    }
    assert!(count >= 100, "only {count} questions are asked");
    none(faults);
}

#[test]
fn every_code_of_the_protocol_is_explained() {
    let page = file(PROTOCOL).unwrap_or_else(|| panic!("{PROTOCOL} is missing"));
    let codes: Vec<(File, Vec<(usize, u32)>)> = ["actors/model/refusal.rs", "src/socket/close.rs"]
        .into_iter()
        .map(|path| file(path).unwrap_or_else(|| panic!("{path} is missing")))
        .map(|source| (numbers(&source), source))
        .map(|(found, source)| (source, found))
        .collect();
    none(codes.iter().flat_map(|(source, found)| {
        assert!(!found.is_empty(), "no code was found in {}", source.path);
        let unexplained = found.iter().filter(|(_, number)| !page.text.contains(&number.to_string()));
        unexplained
            .map(move |(line, number)| Fault::at(source, *line, format!("{number} is not in {PROTOCOL}")))
    }));
}

#[test]
fn every_module_says_what_it_is() {
    let silent = rust_in(&["src/", "actors/", "migrations/", "loadtest/", "tests/"]).into_iter();
    let silent = silent.filter(|source| source.path.starts_with("tests/") || !source.is_test());
    let silent = silent.filter(|source| !source.text.trim_start().starts_with("//!"));
    none(silent.map(|source| Fault::at(&source, 1, "begin with `//!` and what it is, in a sentence")));
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let contents = file("docs/src/SUMMARY.md").map(|page| page.text).unwrap_or_default();
    let pages = names_in("docs/src").into_iter().filter(|name| name.ends_with(".md") && name != "SUMMARY.md");
    let lost = pages.filter(|name| {
        !contents.contains(&format!("({name})")) && !contents.contains(&format!("(./{name})"))
    });
    none(lost.map(|name| Fault::of(&format!("docs/src/{name}"), "it is not in docs/src/SUMMARY.md")));
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let pages: Vec<File> = files().into_iter().filter(|page| page.path.ends_with(".md")).collect();
    none(pages.iter().flat_map(|page| {
        let folder = root().join(Path::new(&page.path).parent().unwrap_or(Path::new("")));
        let broken = links(page).into_iter().filter(move |(_, target)| !folder.join(target).exists());
        broken.map(move |(line, target)| Fault::at(page, line, format!("`{target}` does not exist")))
    }));
}

/// The dotted names of all settings with their lines; one that is commented out has no default, but exists.
fn settings(defaults: &File) -> Vec<(usize, String)> {
    let (mut section, mut keys, mut seen) = (String::new(), Vec::new(), BTreeSet::new());
    for (line, text) in defaults.lines() {
        let text = text.trim_start_matches('#').trim();
        if let Some(name) =
            text.strip_prefix('[').and_then(|rest| rest.split(']').next()).filter(|name| is_key(name))
        {
            section = format!("{name}.");
        } else if let Some((key, _)) = text.split_once(" = ").filter(|(key, _)| is_key(key)) {
            let key = format!("{section}{key}");
            if seen.insert(key.clone()) {
                keys.push((line, key));
            }
        }
    }
    keys
}

fn is_key(text: &str) -> bool {
    let fits = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || "_.".contains(character)
    };
    !text.is_empty() && text.chars().all(fits)
}

/// The numbers given to the variants of an enum, in its definition or by a match.
fn numbers(source: &File) -> Vec<(usize, u32)> {
    let code = code(&source.text);
    let number = |line: &str| {
        let line = line.trim().strip_suffix(',')?;
        line.split_once(" = ").or_else(|| line.split_once(" => "))?.1.parse().ok()
    };
    code.lines().enumerate().filter_map(|(index, line)| Some((index + 1, number(line)?))).collect()
}

/// Targets of links that are files of the project, without their anchors.
fn links(page: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (line, text) in page.lines() {
        in_code ^= text.trim_start().starts_with("```");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let files = targets.map(|target| target.split('#').next().unwrap_or_default());
        let files = files
            .filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"));
        found.extend(files.filter(|_| !in_code).map(|target| (line, target.to_owned())));
    }
    found
}
