//! Files and functions that fit a reader's head.

use crate::rust::{code, functions};
use crate::tree::{Fault, File, files, none, rust_in};

const FILE_LINES_MAX: usize = 400;
const TEST_FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 60;

#[test]
fn no_file_is_longer_than_one_idea() {
    let sources = files()
        .into_iter()
        .filter(|file| file.is_rust() || file.path.ends_with(".ts") || file.path.ends_with(".tsx"));
    none(sources.filter_map(|file| too_long(&file)));
}

#[test]
fn no_function_is_longer_than_a_screen() {
    let sources = rust_in(&["src/", "actors/", "migrations/", "loadtest/", "tests/", "benches/"]);
    let faults = sources.iter().flat_map(|file| {
        let long = functions(&code(&file.text)).into_iter().filter(|found| found.length > FUNCTION_LINES_MAX);
        long.map(move |found| {
            let what = format!("fn {} has {} lines: cut it into steps", found.name, found.length);
            Fault::at(file, found.line, format!("{what} of at most {FUNCTION_LINES_MAX}"))
        })
    });
    none(faults);
}

fn too_long(file: &File) -> Option<Fault> {
    let most = if file.is_test() { TEST_FILE_LINES_MAX } else { FILE_LINES_MAX };
    let lines = file.text.lines().count();
    (lines > most)
        .then(|| Fault::at(file, most, format!("{lines} lines: split it into files of at most {most}")))
}
