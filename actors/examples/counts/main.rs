//! Holds counts of instructions against those that are committed.
//!
//! `counts FILE [write]` reads from standard input what the benchmarks `instructions` and `edge_instructions` print with
//! `--output-format=json`, shows what has moved, and fails where something takes over [`table::TOLERANCE`] more
//! instructions than FILE says. With `write` it puts the counts into FILE instead.
#![expect(clippy::print_stdout, reason = "a program whose output is its purpose")]

mod summary;
mod table;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::stdin;
use std::process::ExitCode;

use self::table::Table;

/// Instructions by the name of what takes them.
type Counts = BTreeMap<String, u64>;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path] => {
            let baseline: Counts = serde_json::from_str(&fs::read_to_string(path)?)?;
            let table = Table::of(&baseline, &summary::read(stdin().lines())?);
            print!("{table}");
            Ok(if table.is_worse() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
        }
        [path, "write"] => {
            let counts = summary::read(stdin().lines())?;
            fs::write(path, serde_json::to_string_pretty(&counts)? + "\n")?;
            println!("{path} holds {} counts.", counts.len());
            Ok(ExitCode::SUCCESS)
        }
        _ => Err("usage: counts FILE [write] < SUMMARIES".into()),
    }
}
