//! A report from figures made by hand.

use super::*;
use crate::conversation::Finding;
use crate::fault::{Fault, Violation};
use crate::process::Memory;

fn phase(seconds: u64, cpu_ms: u64, rss: (u64, u64)) -> Phase {
    let memory = |rss: u64| Memory { pss: rss / 2, rss };
    let server = ServerUse {
        cpu: Duration::from_millis(cpu_ms),
        memory_before: memory(rss.0),
        memory_after: memory(rss.1),
    };
    Phase { wall: Duration::from_secs(seconds), own_cpu: Duration::from_secs(1), server: Some(server) }
}

fn measured() -> Measured {
    Measured {
        mode: Mode::Chat,
        sockets: NonZeroU32::new(10).unwrap(),
        connect: phase(1, 10, (1_000_000, 1_204_800)),
        load: Some(phase(4, 20, (1_204_800, 1_204_800))),
    }
}

fn recorder() -> Recorder {
    let mut recorder = Recorder::new().unwrap();
    (recorder.connected, recorder.not_connected, recorder.sent) = (10, 0, 1_000);
    for _ in 0..1_000 {
        recorder.record(Finding::Answered(Duration::from_millis(2)));
        recorder.record(Finding::Settled);
    }
    recorder
}

#[test]
fn costs_are_divided_by_what_was_done() {
    let report = Report::new(&measured(), &recorder());
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["mode"], "chat");
    assert_eq!(json["turns_per_second"], 250.0);
    assert_eq!(json["server"]["cpu_us_per_connect"], 1_000.0);
    assert_eq!(json["server"]["cpu_us_per_turn"], 20.0);
    assert_eq!(json["server"]["cpu_percent"], 0.5);
    assert_eq!(json["server"]["rss_bytes_per_socket"], 20_480.0);
    assert_eq!(json["generator_cpu_percent"], 25.0);
    assert_eq!(json["latency"]["answered"]["count"], 1_000);
    assert!(!report.has_faults() && !report.has_violations());
}

#[test]
fn the_table_shows_only_stages_that_took_place() {
    let table = Report::new(&measured(), &recorder()).to_string();
    assert!(table.contains("10 of 10 open after 1.00 s"), "{table}");
    assert!(table.contains("1000 sent, 1000 settled in 4.00 s (250.0/s), 0 dropped"), "{table}");
    assert!(table.contains("CPU 1000.0 µs a connect, 20.00 µs a turn, 0 % of a core"), "{table}");
    assert!(table.contains("PSS 10.0 KiB, RSS 20.0 KiB"), "{table}");
    assert!(table.contains("answered") && !table.contains("send lag"), "{table}");
    assert!(table.ends_with("faults       none\nviolations   none\n"), "{table}");
}

#[test]
fn what_went_wrong_is_named_and_counted() {
    let mut recorder = recorder();
    recorder.fault(Fault::Refused(1008), 7);
    recorder.fault(Fault::Closed(3008), 2);
    recorder.record(Finding::Violated(Violation::OffsetHole));
    let report = Report::new(&measured(), &recorder);
    assert!(report.has_faults() && report.has_violations());
    let table = report.to_string();
    assert!(
        table.contains("faults       closed 3008 slow: 2\n             refused 1008 overloaded: 7\n"),
        "{table}"
    );
    assert!(table.contains("violations   offset_hole: 1\n"), "{table}");
    assert_eq!(serde_json::to_value(&report).unwrap()["faults"]["refused 1008 overloaded"], 7);
}
