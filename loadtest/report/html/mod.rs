//! The report as one page that needs nothing else: figures as tables, and plots drawn as inline SVG, each with its numbers
//! as a table behind it. No script, nothing fetched; light or dark as the reader's system is.

mod axis;
mod plot;
mod plots;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::report::Report;
use crate::report::html::tables::{counts, latencies, overview, phases, thresholds};

const STYLE: &str = include_str!("style.css");

/// A report, to be written as a page.
pub(crate) struct Page<'a>(pub(crate) &'a Report);

impl fmt::Display for Page<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        let (name, kind) = (Text(&report.scenario.name), report.scenario.kind);
        write!(
            formatter,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>Load test: {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
             <header>\n<p class=\"kind\">aihio load test · {kind}</p>\n<h1>{name}</h1>\n"
        )?;
        if !report.scenario.description.is_empty() {
            writeln!(formatter, "<p class=\"lead\">{}</p>", Text(&report.scenario.description))?;
        }
        writeln!(formatter, "{}\n</header>", verdict(report))?;
        overview(formatter, report)?;
        thresholds(formatter, report)?;
        section(formatter, "Latency", |formatter| {
            plots::latency(formatter, report)?;
            latencies(formatter, report)
        })?;
        section(formatter, "Over time", |formatter| plots::over_time(formatter, report))?;
        phases(formatter, report)?;
        counts(formatter, report)?;
        writeln!(formatter, "</main>\n</body>\n</html>")
    }
}

/// The run in one line, in words and not by colour alone.
fn verdict(report: &Report) -> String {
    let missed = report.thresholds.iter().filter(|verdict| !verdict.kept).count();
    let (class, text) = match report {
        report if report.has_violations() => ("bad", String::from("The server broke the contract.")),
        report if report.ended_early => {
            ("warn", String::from("Ended early; figures tell what was measured until then."))
        }
        _ if missed > 0 => ("bad", format!("{missed} of {} thresholds missed.", report.thresholds.len())),
        report if report.has_faults() => ("warn", String::from("Nothing was broken, but not all went well.")),
        report if report.thresholds.is_empty() => ("good", String::from("All went well.")),
        report => ("good", format!("All {} thresholds kept.", report.thresholds.len())),
    };
    format!("<p class=\"verdict {class}\">{text}</p>")
}

fn section(
    formatter: &mut fmt::Formatter<'_>,
    title: &str,
    content: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    writeln!(formatter, "<section>\n<h2>{title}</h2>")?;
    content(formatter)?;
    writeln!(formatter, "</section>")
}

/// A text that may hold anything, as it stands in a page.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => formatter.write_str("&amp;"),
            '<' => formatter.write_str("&lt;"),
            '>' => formatter.write_str("&gt;"),
            '"' => formatter.write_str("&quot;"),
            other => write!(formatter, "{other}"),
        })
    }
}
