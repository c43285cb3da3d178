//! Where things lie: a folder of the engine is an actor with the parts every actor has, or says that it is none.

use std::collections::BTreeSet;

use crate::tree::{Fault, File, files, names_in, none, rust_in};

/// Folders of the engine that are no actors; the parts of the root, whose shell is `supervisor.rs`, are among them.
const NOT_ACTORS: [&str; 9] = [
    "kernel",
    "ports",
    "model",
    "answer",
    "embedding",
    "chatbot/knowledge",
    "supervisor",
    "examples",
    "tests",
];
/// What every actor's folder holds, and what else it may hold that is no child of its.
const PARTS: [&str; 5] = ["mod.rs", "state.rs", "effect.rs", "snapshot.rs", "handle"];
const NO_CHILD: [&str; 4] = ["handle", "state", "effect", "tests"];

#[test]
fn every_folder_of_the_engine_is_an_actor_or_declared_to_be_none() {
    let faults = actor_folders().into_iter().flat_map(|folder| {
        let names = names_in(&format!("actors/{folder}"));
        let missing = PARTS.into_iter().filter(move |part| !names.iter().any(|name| name == part));
        missing.map(move |part| {
            Fault::of(&format!("actors/{folder}"), format!("an actor's folder holds `{part}`"))
        })
    });
    none(faults);
}

#[test]
fn every_message_of_an_actor_has_a_test() {
    let sources = rust_in(&["actors/", "tests/"]);
    let tests: Vec<&File> = sources.iter().filter(|file| file.text.contains("test]")).collect();
    let untested = sources.iter().filter(|file| is_message(file)).filter(|file| {
        let message = camel_case(file.stem());
        !tests.iter().any(|test| test.path == file.path || test.text.contains(&message))
    });
    none(untested.map(|file| Fault::at(file, 1, format!("no test speaks of `{}`", camel_case(file.stem())))));
}

#[test]
fn migrations_are_named_by_time_and_run_in_that_order() {
    let lists = rust_in(&["migrations/"]);
    let steps: Vec<&File> = lists.iter().filter(|file| file.path.contains("/m2")).collect();
    let list = lists.iter().find(|file| file.path == "migrations/lib.rs").map_or("", |file| &file.text);
    let places: Vec<Option<usize>> = steps.iter().map(|step| list.rfind(step.stem())).collect();
    let named = steps.iter().filter(|step| !is_migration_name(step.stem()));
    let named = named.map(|step| Fault::at(step, 1, "name it mYYYYMMDD_NNNNNN_what_it_does.rs"));
    let listed = steps.iter().zip(&places).filter(|(_, place)| place.is_none());
    let listed = listed.map(|(step, _)| Fault::at(step, 1, "it is not in the list of migrations/lib.rs"));
    let told = steps.iter().filter(|step| !step.text.starts_with("//!"));
    let told = told.map(|step| Fault::at(step, 1, "begin with `//!` and say why"));
    let ordered = places.is_sorted().then_some(()).is_none();
    let ordered = ordered.then(|| Fault::of("migrations/lib.rs", "the list is not in the order of time"));
    none(named.chain(listed).chain(told).chain(ordered));
}

#[test]
fn every_file_of_the_browsers_part_is_served() {
    let sources: Vec<File> = files().into_iter().filter(|file| file.is_in("src/")).collect();
    let served = |name: &str| sources.iter().any(|file| file.text.contains(name));
    let dead = names_in("web/dist").into_iter().filter(|name| !served(name));
    none(dead.map(|name| Fault::of(&format!("web/dist/{name}"), "nothing in src names it")));
}

/// The folders below `actors/`, from there, that must be actors.
fn actor_folders() -> BTreeSet<String> {
    let inside = |file: &File| {
        let folder = file.path.strip_prefix("actors/")?.rsplit_once('/')?.0.to_owned();
        let part_of = |other: &str| folder == other || folder.starts_with(&format!("{other}/"));
        let no_child = folder.split('/').any(|part| NO_CHILD.contains(&part));
        (!no_child && !NOT_ACTORS.into_iter().any(part_of)).then_some(folder)
    };
    files().iter().filter_map(inside).collect()
}

fn is_message(file: &File) -> bool {
    file.is_in("actors/") && file.path.contains("/handle/") && file.stem() != "mod" && !file.is_test()
}

fn is_migration_name(stem: &str) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = stem.splitn(3, '_');
    parts.next().and_then(|day| day.strip_prefix('m')).is_some_and(|day| digits(day, 8))
        && parts.next().is_some_and(|number| digits(number, 6))
        && parts.next().is_some_and(|name| !name.is_empty())
}

fn camel_case(snake_case: &str) -> String {
    let words = snake_case.split('_');
    words
        .flat_map(|word| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)))
        .collect()
}
