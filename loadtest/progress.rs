//! What is said on standard error while a run goes on.

use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{MissedTickBehavior, interval_at};

use crate::recorder::Recorder;
use crate::serving::SharedRecorder;

const PERIOD: Duration = Duration::from_secs(1);

/// One line on standard error. A closed standard error stops no run.
pub(crate) fn line(text: fmt::Arguments<'_>) {
    let _ = writeln!(stderr(), "{text}");
}

/// Shows once a second how the run goes, for as long as it is polled: a line that is drawn over in a terminal,
/// plain lines elsewhere.
pub(crate) async fn show(recorder: SharedRecorder) {
    let bar = stderr().is_terminal().then(ProgressBar::new_spinner);
    if let (Some(bar), Ok(style)) = (&bar, ProgressStyle::with_template("{spinner} {wide_msg}")) {
        bar.set_style(style);
    }
    let started = Instant::now();
    let mut ticks = interval_at((started + PERIOD).into(), PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = Counts::default();
    let mut last = started;
    loop {
        let now = ticks.tick().await.into_std();
        let mut recorder = recorder.borrow_mut();
        let status = Status { elapsed: now - started, period: now - last, before, recorder: &recorder };
        match &bar {
            Some(bar) => {
                bar.set_message(status.to_string());
                bar.tick();
            }
            None => line(format_args!("{status}")),
        }
        before = Counts::of(&recorder);
        last = now;
        recorder.recent.clear();
    }
}

/// Counts at the last line, for rates.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    connected: u64,
    sent: u64,
    settled: u64,
}

impl Counts {
    fn of(recorder: &Recorder) -> Self {
        Self { connected: recorder.connected, sent: recorder.sent, settled: recorder.settled }
    }
}

/// How the run goes, in one line.
struct Status<'a> {
    elapsed: Duration,
    period: Duration,
    before: Counts,
    recorder: &'a Recorder,
}

impl Status<'_> {
    /// Growth since the last line, a second.
    fn rate(&self, now: u64, before: u64) -> f64 {
        let period = u32::try_from(self.period.as_millis()).unwrap_or(u32::MAX).max(1);
        f64::from(u32::try_from(now.saturating_sub(before)).unwrap_or(u32::MAX)) * 1_000.0 / f64::from(period)
    }
}

impl fmt::Display for Status<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (recorder, before) = (self.recorder, self.before);
        write!(formatter, "{:5.1} s  sockets {}", self.elapsed.as_secs_f64(), recorder.connected)?;
        if recorder.connected > before.connected {
            write!(formatter, " (+{:.0}/s)", self.rate(recorder.connected, before.connected))?;
        }
        if recorder.sent > 0 {
            let (sent, settled) =
                (self.rate(recorder.sent, before.sent), self.rate(recorder.settled, before.settled));
            write!(
                formatter,
                "  sent {sent:.0}/s  settled {settled:.0}/s  in flight {}",
                recorder.in_flight()
            )?;
        }
        if recorder.recent.count() > 0 {
            let milliseconds = |quantile| recorder.recent.quantile_us(quantile) / 1_000.0;
            write!(formatter, "  answer p50 {:.2} p99 {:.2} ms", milliseconds(0.5), milliseconds(0.99))?;
        }
        write!(formatter, "  faults {}  violations {}", recorder.fault_count(), recorder.violation_count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::Finding;

    #[test]
    fn the_line_tells_rates_since_the_last_one_and_what_is_open() {
        let mut recorder = Recorder::new().unwrap();
        (recorder.connected, recorder.sent, recorder.settled) = (64, 3_000, 2_998);
        recorder.record(Finding::Answered(Duration::from_micros(500)));
        let before = Counts { connected: 64, sent: 2_000, settled: 1_998 };
        let elapsed = Duration::from_secs(3);
        let status = Status { elapsed, period: PERIOD, before, recorder: &recorder };
        let expected = "  3.0 s  sockets 64  sent 1000/s  settled 1000/s  in flight 2  \
                        answer p50 0.50 p99 0.50 ms  faults 0  violations 0";
        assert_eq!(status.to_string(), expected);
    }

    #[test]
    fn while_sockets_open_the_line_tells_how_fast() {
        let mut recorder = Recorder::new().unwrap();
        recorder.connected = 200;
        let status =
            Status { elapsed: PERIOD, period: PERIOD, before: Counts::default(), recorder: &recorder };
        assert_eq!(status.to_string(), "  1.0 s  sockets 200 (+200/s)  faults 0  violations 0");
    }
}
