//! How a run goes, line by line on standard error.

use std::fmt;
use std::io::{Write, stderr};

use crate::scenario::amount::time_text;
use crate::watch::sample::Sample;

/// One line on standard error. A closed standard error stops no run.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    let _ = writeln!(stderr(), "{text}");
}

/// How the run goes, in one line.
pub(super) struct Status<'a> {
    pub(super) now: &'a Sample,
    pub(super) before: &'a Sample,
    /// The phase's name.
    pub(super) phase: &'a str,
}

impl fmt::Display for Status<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (now, before) = (self.now, self.before);
        write!(formatter, "{:5.1} s  {:<10} sockets {}", now.at, self.phase, now.connected)?;
        if now.connected > before.connected {
            write!(formatter, " (+{:.0}/s)", now.rate(before, |sample| sample.connected))?;
        }
        if now.sent > 0 {
            let sent = now.rate(before, |sample| sample.sent);
            let items = now.rate(before, |sample| sample.items);
            write!(formatter, "  sent {sent:.0}/s  done {items:.0}/s  in flight {}", now.in_flight)?;
        }
        if let (Some(p50), Some(p99)) = (now.p50_us, now.p99_us) {
            write!(formatter, "  p50 {}  p99 {}", time_text(p50), time_text(p99))?;
        }
        if let Some(cpu) = now.server_cpu(before) {
            write!(formatter, "  server {:.0} %", cpu * 100.0)?;
        }
        write!(formatter, "  errors {}  violations {}", now.errors, now.violations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_rates_since_the_last_one_and_what_is_open() {
        let before = Sample { at: 2.0, connected: 64, sent: 2_000, items: 1_998, ..Sample::default() };
        let now = Sample {
            at: 3.0,
            connected: 64,
            sent: 3_000,
            items: 2_998,
            in_flight: 2,
            p50_us: Some(500.0),
            p99_us: Some(1_500.0),
            ..Sample::default()
        };
        let expected = "  3.0 s  steady     sockets 64  sent 1000/s  done 1000/s  in flight 2  \
                        p50 500.0 µs  p99 1.50 ms  errors 0  violations 0";
        assert_eq!(Status { now: &now, before: &before, phase: "steady" }.to_string(), expected);
    }

    #[test]
    fn while_sockets_open_the_line_tells_how_fast() {
        let now = Sample { at: 1.0, connected: 200, ..Sample::default() };
        let line = Status { now: &now, before: &Sample::default(), phase: "opening" }.to_string();
        assert_eq!(line, "  1.0 s  opening    sockets 200 (+200/s)  errors 0  violations 0");
    }
}
