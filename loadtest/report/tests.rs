//! A report from figures made by hand.

use std::time::Instant;

use super::*;
use crate::conversation::Finding;
use crate::fault::{Fault, Violation};
use crate::phase::ServerUse;
use crate::process::Memory;
use crate::scenario::reading::read;
use crate::watch::ServerSample;

const TWO_PHASES: &str = "kind = 'chat'\n[[phases]]\nname = 'warm'\nduration = '1s'\nwarm_up = true\n\
                          [[phases]]\nname = 'steady'\nrate = 250\nduration = '4s'\n";

fn phase(seconds: u64, cpu_ms: u64, pss: (u64, u64)) -> Phase {
    let memory = |pss: u64| Memory { pss, rss: pss * 2 };
    let server = ServerUse {
        cpu: Duration::from_millis(cpu_ms),
        memory_before: memory(pss.0),
        memory_after: memory(pss.1),
    };
    Phase {
        wall: Duration::from_secs(seconds),
        own_cpu: Duration::from_secs(1),
        server: Some(server),
        rate: NonZeroU32::new(250),
    }
}

fn measured() -> Measured {
    let samples = (0..5_u32).map(|second| Sample {
        at: second.into(),
        phase: Some(1),
        server: Some(ServerSample {
            cpu_s: 0.0,
            rss_bytes: 1_000_000 + u64::from(second) * 1_024,
            open_files: 20,
        }),
        ..Sample::default()
    });
    Measured {
        opening: phase(1, 10, (1_000_000, 1_102_400)),
        phases: vec![phase(1, 500, (1_102_400, 1_102_400)), phase(4, 20, (1_102_400, 1_102_400))],
        samples: samples.collect(),
        ending: RunEnding::Planned,
        deeds: None,
    }
}

fn recorder() -> Recorder {
    let mut recorder = Recorder::new().unwrap();
    let start = Instant::now();
    recorder.begin_part(start);
    let (warm, steady) = (start + Duration::from_secs(1), start + Duration::from_secs(2));
    (0..10).for_each(|_| {
        recorder.socket_due(start);
        recorder.opened(start, start + Duration::from_millis(1));
    });
    for (began, count, latency) in [(warm, 7, 900), (steady, 1_000, 2)] {
        recorder.begin_part(began);
        for _ in 0..count {
            recorder.sent(began, 1, began);
            let latency = Duration::from_millis(latency);
            recorder.record(Finding::Answered(latency), began + latency);
            recorder.record(Finding::Settled, began + latency);
        }
    }
    recorder
}

/// A report with thresholds.
pub(crate) fn report(thresholds: &str) -> Report {
    let scenario = read("test", &format!("{TWO_PHASES}[thresholds]\n{thresholds}"), &[]).unwrap();
    Report::new(&scenario, &measured(), &recorder())
}

#[test]
fn costs_are_divided_by_what_was_done_in_the_phases_that_count() {
    let json = serde_json::to_value(report("")).unwrap();
    assert_eq!(json["schema"], "aihio-loadtest/1");
    assert_eq!(json["scenario"]["kind"], "chat");
    assert_eq!((&json["items"], &json["items_due"]), (&1_000.into(), &1_000.into()));
    assert_eq!(json["items_per_second"], 250.0);
    assert_eq!(json["server"]["cpu_us_per_item"], 20.0);
    assert_eq!(json["server"]["pss_bytes_per_socket"], 10_240.0);
    assert_eq!(json["server"]["rss_growth_bytes_per_minute"], 61_440.0);
    assert_eq!(json["server"]["files_growth_per_minute"], 0.0);
    assert_eq!(json["generator_cpu"], 0.25);
    assert_eq!(json["latency"]["answer"]["count"], 1_000);
    assert_eq!(json["latency"]["connect"]["count"], 10);
    assert_eq!(json["phases"][0]["items"], 7);
    assert_eq!(json["phases"][0]["warm_up"], true);
    assert_eq!(json["phases"][1]["rate"], 250);
    assert_eq!(json["series"].as_array().unwrap().len(), 5);
}

#[test]
fn the_table_shows_only_stages_that_took_place() {
    let table = report("answer.p99 = '1s'\nerrors = 0").to_string();
    assert!(table.contains("10 of 10 open after 1.00 s"), "{table}");
    assert!(table.contains("1000 of 1000, each a turn, in 4.00 s (250.0/s)"), "{table}");
    assert!(table.contains("warm (warm-up, not counted): 7 items"), "{table}");
    assert!(table.contains("CPU 0 % of a core, 20.0 µs a turn"), "{table}");
    assert!(table.contains("memory PSS 1.1 MiB, RSS 2.1 MiB\n"), "{table}");
    assert!(table.contains("answer") && !table.contains("first piece"), "{table}");
    assert!(table.contains("kept         answer.p99: 2.00 ms (at most 1.00 s)"), "{table}");
}

#[test]
fn thresholds_are_judged_and_what_nobody_measured_is_missed() {
    let kept = report("answer.p99 = '3ms'\n'steady:answer.p50 / warm:answer.p50' = 0.01\ncompleted.min = 1");
    assert!(!kept.misses_thresholds(), "{:?}", kept.thresholds);
    for missed in
        ["answer.p99 = '1ms'", "call.p99 = '1h'", "items.min = 1001", "server_cpu_per_item = '19us'"]
    {
        assert!(report(missed).misses_thresholds(), "{missed}");
    }
    let verdict = &serde_json::to_value(report("answer.p99 = '1ms'")).unwrap()["thresholds"][0];
    assert_eq!((&verdict["figure"], &verdict["kept"]), (&"answer.p99".into(), &false.into()));
    assert_eq!(verdict["wanted"], "at most 1.00 ms");
}

#[test]
fn what_went_wrong_is_named_and_counted() {
    let mut recorder = recorder();
    recorder.fault(Fault::Refused(1008), 7);
    recorder.fault(Fault::Closed(3008), 2);
    recorder.record(Finding::Violated(Violation::OffsetHole), Instant::now());
    let scenario = |thresholds: &str| read("test", &format!("{TWO_PHASES}{thresholds}"), &[]).unwrap();
    let report = Report::new(&scenario(""), &measured(), &recorder);
    assert!(report.has_faults() && report.has_violations());
    let table = report.to_string();
    assert!(
        table.contains("errors       closed 3008 slow: 2\n             refused 1008 overloaded: 7\n"),
        "{table}"
    );
    assert!(table.contains("violations   offset_hole: 1\n"), "{table}");
    let allowed = Report::new(&scenario("[thresholds]\nerrors = 9"), &measured(), &recorder);
    assert!(!allowed.has_faults() && !allowed.misses_thresholds());
    assert!(Report::new(&scenario("[thresholds]\nerrors = 8"), &measured(), &recorder).misses_thresholds());
}
