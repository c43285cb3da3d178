//! The tables of a report.

use std::collections::BTreeMap;
use std::fmt;

use crate::latencies::Stage;
use crate::report::Report;
use crate::report::html::{Text, section};
use crate::scenario::Kind;
use crate::scenario::amount::{size_text, time_text};

/// The figures that people ask for first.
pub(super) fn overview(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let (total, item) = (&report.total, report.scenario.item);
    let mut figures = vec![
        (String::from("sockets open"), format!("{} of {}", report.sockets.opened, report.sockets.asked)),
        (format!("{} completed", plural(item)), format!("{} of {}", total.items, total.items_due)),
        (format!("{} a second", plural(item)), format!("{:.1}", total.items_per_second)),
    ];
    if let Some(server) = &total.server {
        let cpu = server.cpu_us_per_item.map(|us| (format!("server CPU a {item}"), time_text(us)));
        figures.extend(cpu);
        figures.push((String::from("server CPU"), format!("{:.0} % of a core", server.cpu * 100.0)));
        figures.push((String::from("server memory (PSS)"), size_text(server.pss_bytes as f64)));
        // Beside a load, what sockets cost drowns in what the load leaves behind.
        let silent = report.scenario.kind == Kind::Idle.name();
        let socket = server.pss_bytes_per_socket.filter(|_| silent);
        let socket = socket.map(|bytes| (String::from("memory a socket"), size_text(bytes)));
        figures.extend(socket);
    }
    figures.push((String::from("generator CPU"), format!("{:.0} % of a core", total.generator_cpu * 100.0)));
    writeln!(formatter, "<dl class=\"figures\">")?;
    for (name, value) in figures {
        writeln!(formatter, "<div><dt>{}</dt><dd>{}</dd></div>", Text(&name), Text(&value))?;
    }
    writeln!(formatter, "</dl>")
}

fn plural(item: &str) -> String {
    item.strip_suffix('y').map_or_else(|| format!("{item}s"), |stem| format!("{stem}ies"))
}

/// What had to be reached.
pub(super) fn thresholds(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    if report.thresholds.is_empty() {
        return Ok(());
    }
    section(formatter, "Thresholds", |formatter| {
        head(formatter, &["figure", "wanted", "found", ""])?;
        for verdict in &report.thresholds {
            let figure = verdict.expression.to_string();
            let (class, word) = if verdict.kept { ("good", "kept") } else { ("bad", "missed") };
            writeln!(
                formatter,
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td class=\"{class}\">{word}</td></tr>",
                Text(&figure),
                Text(&verdict.wanted),
                Text(&verdict.found())
            )?;
        }
        foot(formatter)
    })
}

/// Every stage that took place.
pub(super) fn latencies(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    head(formatter, &["stage", "count", "mean", "p50", "p90", "p99", "p99.9", "longest"])?;
    for stage in Stage::ALL {
        let Some(latency) = report.total.latency.get(stage.name()) else { continue };
        let (title, count) = (stage.title(), latency.count);
        write!(formatter, "<tr><th scope=\"row\">{title}</th><td>{count}</td>")?;
        let of = [
            latency.mean_us,
            latency.p50_us,
            latency.p90_us,
            latency.p99_us,
            latency.p999_us,
            latency.max_us,
        ];
        of.iter().try_for_each(|us| write!(formatter, "<td>{}</td>", time_text(*us)))?;
        writeln!(formatter, "</tr>")?;
    }
    foot(formatter)
}

/// Phase by phase.
pub(super) fn phases(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    section(formatter, "Phases", |formatter| {
        let columns = ["phase", "rate", "seconds", "items", "a second", "errors", "server CPU an item"];
        head(formatter, &columns)?;
        for phase in &report.phases {
            let warm_up = if phase.warm_up { " (warm-up)" } else { "" };
            let rate = phase.rate.map_or_else(|| String::from("–"), |rate| format!("{rate}/s"));
            let part = &phase.part;
            let cpu = part.server.as_ref().and_then(|server| server.cpu_us_per_item);
            let cpu = cpu.map_or_else(|| String::from("–"), time_text);
            writeln!(
                formatter,
                "<tr><th scope=\"row\">{}{warm_up}</th><td>{rate}</td><td>{:.1}</td><td>{} of {}</td><td>{:.1}</td>\
                 <td>{}</td><td>{cpu}</td></tr>",
                Text(&phase.name),
                part.seconds,
                part.items,
                part.items_due,
                part.items_per_second,
                part.errors
            )?;
        }
        foot(formatter)
    })
}

/// What went wrong, and what was overcome.
pub(super) fn counts(formatter: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let kinds = [
        ("violation", &report.violations),
        ("error", &report.faults),
        ("overcome, unseen by visitors", &report.overcome),
    ];
    section(formatter, "Errors by code", |formatter| {
        if kinds.iter().all(|(_, counts)| counts.is_empty()) {
            return writeln!(formatter, "<p>None.</p>");
        }
        head(formatter, &["what", "kind", "count"])?;
        for (kind, counts) in kinds {
            rows(formatter, kind, counts)?;
        }
        foot(formatter)
    })
}

fn rows(formatter: &mut fmt::Formatter<'_>, kind: &str, counts: &BTreeMap<String, u64>) -> fmt::Result {
    counts.iter().try_for_each(|(what, count)| {
        let what = Text(what);
        writeln!(formatter, "<tr><th scope=\"row\">{what}</th><td>{kind}</td><td>{count}</td></tr>")
    })
}

fn head(formatter: &mut fmt::Formatter<'_>, columns: &[&str]) -> fmt::Result {
    write!(formatter, "<div class=\"wide\"><table>\n<thead><tr>")?;
    columns.iter().try_for_each(|column| write!(formatter, "<th scope=\"col\">{column}</th>"))?;
    writeln!(formatter, "</tr></thead>\n<tbody>")
}

fn foot(formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(formatter, "</tbody></table></div>")
}
