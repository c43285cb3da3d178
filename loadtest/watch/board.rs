//! What the live view shows, and how it is laid out: rates, latencies, the server, errors by code, the phase's progress.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Gauge, Paragraph, Sparkline};

use crate::scenario::amount::{size_text, time_text};
use crate::scenario::{Kind, Scenario};
use crate::watch::OPENING;
use crate::watch::sample::Sample;

/// Samples that are kept: wider terminals than this don't show more.
const HISTORY_MAX: usize = 512;
/// Codes that are shown before the rest is summed up.
const CODES_MAX: usize = 64;

/// A look at a run, for the eyes.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) sample: Sample,
    /// When the phase that goes on began.
    pub(super) phase_began: Option<Instant>,
    /// What went wrong so far, by code.
    pub(super) errors: Vec<(String, u64)>,
}

/// Everything that the live view shows.
#[derive(Debug)]
pub(super) struct Board {
    title: String,
    sockets: u64,
    phases: Vec<(String, Duration)>,
    history: VecDeque<Sample>,
    phase_began: Option<Instant>,
    errors: Vec<(String, u64)>,
    ending: bool,
}

impl Board {
    /// A board for a scenario of which nothing was seen yet.
    pub(super) fn new(scenario: &Scenario) -> Self {
        let whom = scenario.target.urls.join(", ");
        Self {
            title: format!("{} ({}) at {whom}", scenario.name, scenario.kind.name()),
            sockets: match scenario.kind {
                Kind::Connect => scenario.phases.iter().map(|phase| phase.arrivals()).sum(),
                _ => scenario.sockets.count.get().into(),
            },
            phases: scenario.phases.iter().map(|phase| (phase.name.clone(), phase.duration)).collect(),
            history: VecDeque::new(),
            phase_began: None,
            errors: Vec::new(),
            ending: false,
        }
    }

    /// Takes in what was seen.
    pub(super) fn see(&mut self, moment: Moment) {
        if self.history.len() == HISTORY_MAX {
            self.history.pop_front();
        }
        self.history.push_back(moment.sample);
        self.phase_began = moment.phase_began;
        self.errors = moment.errors;
    }

    /// Somebody has asked the run to end.
    pub(super) fn end(&mut self) {
        self.ending = true;
    }

    /// Draws it all.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, now: Instant) {
        let rows = [
            Constraint::Length(1),
            Constraint::Length(3),
            Constraint::Length(7),
            Constraint::Length(6),
            Constraint::Min(3),
        ];
        let [head, progress, figures, curves, errors] = Layout::vertical(rows).areas(frame.area());
        let hint = if self.ending { "ending…" } else { "q ends the run" };
        let [title, hint_area] =
            Layout::horizontal([Constraint::Min(10), Constraint::Length(14)]).areas(head);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        frame.render_widget(Paragraph::new(Line::styled(self.title.as_str(), bold)), title);
        frame.render_widget(Paragraph::new(hint).right_aligned(), hint_area);
        self.draw_progress(frame, progress, now);
        self.draw_figures(frame, figures);
        self.draw_curves(frame, curves);
        self.draw_errors(frame, errors);
    }

    fn draw_progress(&self, frame: &mut Frame<'_>, area: Rect, now: Instant) {
        let newest = self.history.back();
        let (title, label, ratio) = match newest.and_then(|sample| sample.phase) {
            None => {
                let connected = newest.map_or(0, |sample| sample.connected);
                let label = format!("{connected} of {} sockets", self.sockets);
                (OPENING.to_owned(), label, part(connected as f64, self.sockets as f64))
            }
            Some(index) => {
                let (name, duration) = self.phases.get(index).cloned().unwrap_or_default();
                let elapsed =
                    self.phase_began.map_or(Duration::ZERO, |began| now.saturating_duration_since(began));
                let (elapsed, whole) = (elapsed.min(duration).as_secs_f64(), duration.as_secs_f64());
                let title = format!("phase {} of {}: {name}", index + 1, self.phases.len());
                (title, format!("{elapsed:.0} s of {whole:.0} s"), part(elapsed, whole))
            }
        };
        let gauge = Gauge::default().block(Block::bordered().title(title)).ratio(ratio).label(label);
        frame.render_widget(gauge.gauge_style(Style::new().fg(Color::Blue)), area);
    }

    fn draw_figures(&self, frame: &mut Frame<'_>, area: Rect) {
        let areas: [Rect; 3] = Layout::horizontal([Constraint::Fill(1); 3]).areas(area);
        let Some(now) = self.history.back() else { return };
        let none = Sample::default();
        let before = self.history.iter().rev().nth(1).unwrap_or(&none);
        let rate = |count: fn(&Sample) -> u64| format!("{:.0}/s", now.rate(before, count));
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| String::from("–"));
        let server = now.server;
        let columns = [
            (
                "load",
                [
                    ("sent", rate(|sample| sample.sent)),
                    ("done", rate(|sample| sample.items)),
                    ("opened", rate(|sample| sample.connected)),
                    ("in flight", now.in_flight.to_string()),
                    ("done in all", now.items.to_string()),
                ],
            ),
            (
                "latency, counts",
                [
                    ("p50", or_dash(now.p50_us.map(time_text))),
                    ("p99", or_dash(now.p99_us.map(time_text))),
                    ("sockets", now.connected.to_string()),
                    ("errors", now.errors.to_string()),
                    ("violations", now.violations.to_string()),
                ],
            ),
            (
                "server",
                [
                    ("CPU", or_dash(now.server_cpu(before).map(|cpu| format!("{:.0} %", cpu * 100.0)))),
                    ("memory", or_dash(server.map(|server| size_text(server.rss_bytes as f64)))),
                    ("open files", or_dash(server.map(|server| server.open_files.to_string()))),
                    ("time", format!("{:.0} s", now.at)),
                    ("", String::new()),
                ],
            ),
        ];
        for ((title, lines), area) in columns.into_iter().zip(areas) {
            let lines = lines.into_iter().map(|(name, value)| Line::raw(format!("{name:<12}{value}")));
            let block = Block::bordered().title(title);
            frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
        }
    }

    fn draw_curves(&self, frame: &mut Frame<'_>, area: Rect) {
        let areas: [Rect; 2] = Layout::horizontal([Constraint::Fill(1); 2]).areas(area);
        let pairs = || self.history.iter().zip(self.history.iter().skip(1));
        let done = pairs().map(|(before, now)| rounded(now.rate(before, |sample| sample.items))).collect();
        let p99 = self.history.iter().map(|sample| rounded(sample.p99_us.unwrap_or(0.0))).collect();
        let curves: [(&str, Vec<u64>); 2] = [("done a second", done), ("p99 of items", p99)];
        for ((title, values), area) in curves.into_iter().zip(areas) {
            let width = usize::from(area.width.saturating_sub(2));
            let newest = values.get(values.len().saturating_sub(width)..).unwrap_or_default();
            let line = Sparkline::default().data(newest).style(Style::new().fg(Color::Cyan));
            frame.render_widget(line.block(Block::bordered().title(title)), area);
        }
    }

    fn draw_errors(&self, frame: &mut Frame<'_>, area: Rect) {
        let rows = usize::from(area.height.saturating_sub(2)).min(CODES_MAX);
        let shown = if self.errors.len() > rows { rows.saturating_sub(1) } else { rows };
        let mut lines: Vec<_> = self
            .errors
            .iter()
            .take(shown)
            .map(|(code, count)| Line::styled(format!("{count:>10}  {code}"), Style::new().fg(Color::Red)))
            .collect();
        if self.errors.len() > shown {
            lines.push(Line::raw(format!("            and {} more", self.errors.len() - shown)));
        }
        if lines.is_empty() {
            lines.push(Line::raw("none"));
        }
        frame.render_widget(Paragraph::new(lines).block(Block::bordered().title("errors by code")), area);
    }
}

/// From 0 to 1.
fn part(amount: f64, whole: f64) -> f64 {
    if whole > 0.0 { (amount / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// A height of a curve; rates and microseconds are far below what it holds.
fn rounded(value: f64) -> u64 {
    u64::from(u32::try_from(Duration::from_secs_f64(value.clamp(0.0, 4e9)).as_secs()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::reading::read;
    use crate::watch::sample::ServerSample;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    fn board() -> Board {
        let file = "kind = 'chat'\nsockets.count = 100\ntarget.url = 'http://127.0.0.1:1'\n[[phases]]\nname = 'steady'\nduration = '20s'";
        Board::new(&read("evening", file, &[]).unwrap())
    }

    fn screen(board: &Board, now: Instant) -> String {
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| board.draw(frame, now)).unwrap();
        terminal.backend().to_string()
    }

    fn moment(sample: Sample, phase_began: Option<Instant>) -> Moment {
        Moment { sample, phase_began, errors: Vec::new() }
    }

    #[test]
    fn while_sockets_open_their_number_is_the_progress() {
        let mut board = board();
        board.see(moment(Sample { at: 1.0, connected: 40, ..Sample::default() }, None));
        let screen = screen(&board, Instant::now());
        assert!(screen.contains("evening (chat) at http://127.0.0.1:1"), "{screen}");
        assert!(screen.contains("opening") && screen.contains("40 of 100 sockets"), "{screen}");
        assert!(screen.contains("q ends the run") && screen.contains("none"), "{screen}");
    }

    #[test]
    fn a_phase_shows_rates_latencies_and_the_server() {
        let mut board = board();
        let began = Instant::now();
        let server = |cpu_s| Some(ServerSample { cpu_s, rss_bytes: 12 << 20, open_files: 120 });
        let before = Sample { at: 4.0, phase: Some(0), server: server(1.0), ..Sample::default() };
        let sample = Sample {
            at: 5.0,
            sent: 1_000,
            items: 998,
            p50_us: Some(400.0),
            p99_us: Some(2_500.0),
            server: server(1.5),
            ..before
        };
        board.see(moment(before, Some(began)));
        board.see(moment(sample, Some(began)));
        let screen = screen(&board, began + Duration::from_secs(5));
        for text in [
            "phase 1 of 1: steady",
            "5 s of 20 s",
            "1000/s",
            "998/s",
            "400.0 µs",
            "2.50 ms",
            "50 %",
            "12.0 MiB",
            "120",
        ] {
            assert!(screen.contains(text), "{text} is missing:\n{screen}");
        }
        assert!(screen.contains('█'), "no curve:\n{screen}");
    }

    #[test]
    fn errors_are_named_and_those_without_room_are_counted() {
        let mut board = board();
        let errors = (0..20).map(|code| (format!("closed {}", 3000 + code), 7)).collect();
        board.see(Moment { sample: Sample::default(), phase_began: None, errors });
        board.end();
        let screen = screen(&board, Instant::now());
        assert!(screen.contains("7  closed 3000") && screen.contains("and 16 more"), "{screen}");
        assert!(screen.contains("ending…"), "{screen}");
    }

    #[test]
    fn a_small_terminal_is_no_reason_to_end() {
        let mut terminal = Terminal::new(TestBackend::new(5, 2)).unwrap();
        terminal.draw(|frame| board().draw(frame, Instant::now())).unwrap();
    }
}
