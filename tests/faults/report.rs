//! What a run amounts to: figures to read, and a verdict.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::checker::{Event, History, Promise, Role, Violation};
use super::plan::{Counts, Fault, Plan};

/// How many violations are written out.
const SHOWN_MAX: usize = 20;

/// Times, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    pub count: usize,
    pub median_ms: f64,
    pub p99_ms: f64,
    pub longest_ms: f64,
}

impl Times {
    /// Of these; none where there are none.
    pub fn of(times: &[Duration]) -> Option<Self> {
        let mut ms: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        ms.sort_by(f64::total_cmp);
        // The nearest rank, so that every figure is one that was measured.
        let rank = |share: f64| ms[((share * ms.len() as f64).ceil() as usize).clamp(1, ms.len()) - 1];
        (!ms.is_empty()).then(|| Self {
            count: ms.len(),
            median_ms: rank(0.5),
            p99_ms: rank(0.99),
            longest_ms: rank(1.0),
        })
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, median_ms, p99_ms, longest_ms } = self;
        write!(f, "median {median_ms:.0} ms, p99 {p99_ms:.0} ms, longest {longest_ms:.0} ms ({count})")
    }
}

/// How much was checked.
#[derive(Debug, Default, Serialize)]
pub struct Volume {
    pub conversations: usize,
    pub connections: usize,
    pub recovered: usize,
    pub told_of_a_gap: usize,
    pub sent: usize,
    pub acknowledged: usize,
    pub refused_for_now: usize,
    pub answers: usize,
    pub billed: u64,
}

impl Volume {
    /// Of a history.
    pub fn of(history: &History) -> Self {
        let mut volume = Self { conversations: history.conversations.len(), ..Self::default() };
        for conversation in &history.conversations {
            conversation.events.iter().for_each(|event| volume.counts(event));
            let answers = conversation.stored.iter().filter(|message| message.role == Role::Assistant);
            volume.answers += answers.count();
        }
        volume.billed = history.accounts.iter().map(|account| account.billed).sum();
        volume
    }

    const fn counts(&mut self, event: &Event) {
        match event {
            Event::Connected(connected) => {
                self.connections += 1;
                if connected.since.is_some() {
                    self.recovered += connected.recovered as usize;
                    self.told_of_a_gap += !connected.recovered as usize;
                }
            }
            Event::Sent { .. } => self.sent += 1,
            Event::Acknowledged { duplicate: false, .. } => self.acknowledged += 1,
            Event::Refused { temporary: true, .. } => self.refused_for_now += 1,
            _ => {}
        }
    }
}

/// The report.
#[derive(Debug, Serialize)]
pub struct Report {
    pub name: &'static str,
    pub seed: u64,
    pub seconds: u64,
    pub asked: Counts,
    pub injected: Counts,
    pub volume: Volume,
    /// From the beginning of a fault to the first answer to a question sent after it.
    pub felt: BTreeMap<Fault, Times>,
    /// From a node's death until it takes work again.
    pub node_ready: Option<Times>,
    /// From an actor's panic until its next life is at work, by kind.
    pub actor_back: BTreeMap<String, Times>,
    pub violations: Vec<Violation>,
}

impl Report {
    /// One of a run that has not begun.
    pub fn new(name: &'static str, plan: &Plan) -> Self {
        Self {
            name,
            seed: plan.seed,
            seconds: 0,
            asked: plan.asked.clone(),
            injected: Counts::new(),
            volume: Volume::default(),
            felt: BTreeMap::new(),
            node_ready: None,
            actor_back: BTreeMap::new(),
            violations: Vec::new(),
        }
    }

    /// Faults of which fewer were injected than asked, with both numbers. A run that broke nothing proves nothing.
    pub fn missing(&self) -> Vec<(Fault, usize, usize)> {
        let short = self
            .asked
            .iter()
            .map(|(fault, asked)| (*fault, self.injected.get(fault).copied().unwrap_or_default(), *asked));
        short.filter(|(_, injected, asked)| injected < asked).collect()
    }

    /// Whether a promise was broken.
    pub fn breaks(&self, promise: Promise) -> bool {
        self.violations.iter().any(|violation| violation.promise == promise)
    }

    /// Fails where anything is wrong or missing.
    pub fn must_be_clean(&self) {
        assert!(self.violations.is_empty() && self.missing().is_empty(), "\n{self}");
        assert!(self.volume.acknowledged > 0, "nothing was acknowledged\n{self}");
    }

    /// Writes it into the folder that `AIHIO_FAULTS_REPORT` names, where it names one.
    pub fn save(&self) {
        eprintln!("\n{self}");
        if let Some(folder) = std::env::var_os("AIHIO_FAULTS_REPORT").map(std::path::PathBuf::from) {
            std::fs::create_dir_all(&folder).expect("the folder of the report can be made");
            let document = serde_json::to_string_pretty(self).expect("a report is a document");
            std::fs::write(folder.join(format!("{}.json", self.name)), document).expect("it can be written");
            std::fs::write(folder.join(format!("{}.txt", self.name)), self.to_string())
                .expect("it can be written");
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, seed {}, {} s", self.name, self.seed, self.seconds)?;
        writeln!(f, "  faults injected of asked, and how long each was felt:")?;
        for (fault, asked) in &self.asked {
            let injected = self.injected.get(fault).copied().unwrap_or_default();
            write!(f, "    {:<22} {injected:>5} of {asked:<5}", format!("{fault:?}"))?;
            match self.felt.get(fault) {
                Some(times) => writeln!(f, " {times}")?,
                None => writeln!(f)?,
            }
        }
        if let Some(ready) = self.node_ready {
            writeln!(f, "  from a node's death until it takes work: {ready}")?;
        }
        for (kind, times) in &self.actor_back {
            writeln!(f, "  from a panic until the next life: {kind:<10} {times}")?;
        }
        let Volume { conversations, connections, recovered, told_of_a_gap, .. } = self.volume;
        let Volume { sent, acknowledged, refused_for_now, answers, billed, .. } = self.volume;
        writeln!(
            f,
            "  {conversations} conversations, {connections} connections: {recovered} recovered whole, {told_of_a_gap} told of a gap"
        )?;
        writeln!(
            f,
            "  {sent} sends, {acknowledged} acknowledged, {refused_for_now} refused for now; {answers} answers, {billed} billed"
        )?;
        for (fault, injected, asked) in self.missing() {
            writeln!(f, "  TOO FEW FAULTS: {injected} of {asked} {fault:?}")?;
        }
        writeln!(f, "  violations: {}", self.violations.len())?;
        for violation in self.violations.iter().take(SHOWN_MAX) {
            writeln!(f, "    {:?}: {}", violation.promise, violation.what)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_fewer_faults_than_asked_is_not_clean() {
        let plan = Plan::new(1, &[(Fault::NodeKill, 2), (Fault::RedisFlush, 1)]);
        let mut report = Report::new("test", &plan);
        report.injected = [(Fault::NodeKill, 1), (Fault::RedisFlush, 1)].into();
        assert_eq!(report.missing(), [(Fault::NodeKill, 1, 2)]);
        report.injected.insert(Fault::NodeKill, 2);
        assert_eq!(report.missing(), []);
    }

    #[test]
    fn figures_are_ones_that_were_measured() {
        let times: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        let times = Times::of(&times).unwrap();
        assert_eq!((times.median_ms, times.p99_ms, times.longest_ms), (50.0, 99.0, 100.0));
        assert_eq!(Times::of(&[]), None);
    }
}
