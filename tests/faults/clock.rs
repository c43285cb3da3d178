//! The time of day, as nodes see it. It can jump; how long something lasts is measured elsewhere and does not.

use chrono::{Datelike, Days, Months, NaiveTime, Utc};

use super::support::Folder;
use super::support::program::Program;
use super::support::server::Plan as Settings;

/// How long before the month's end a run begins, in seconds, so that it ends while things go wrong.
const BEFORE_MONTHS_END: i64 = 10;

/// Where clocks jump to, in seconds: an hour on and back, a day back, and on over the month's end.
const JUMPS: [i64; 4] = [3_600, -3_600, -86_400, 86_400];

/// A clock that programs read instead of the machine's.
#[derive(Debug)]
pub struct Clock {
    library: String,
    folder: Folder,
    /// How far it is from the machine's when it goes as it should, in seconds.
    ahead: i64,
}

impl Clock {
    /// One on which the month ends soon. None where programs can't be given another clock, which is said.
    pub fn near_the_months_end() -> Option<Self> {
        let library = Program::Faketime.find()?.display().to_string();
        let now = Utc::now();
        let first = now.date_naive() - Days::new(u64::from(now.day0())) + Months::new(1);
        let ahead = (first.and_time(NaiveTime::MIN).and_utc() - now).num_seconds() - BEFORE_MONTHS_END;
        let clock = Self { library, folder: Folder::new(), ahead };
        clock.goes_right();
        Some(clock)
    }

    /// The settings of a node that reads it.
    pub fn known_to(&self, settings: Settings) -> Settings {
        settings
            .with("LD_PRELOAD", self.library.as_str())
            .with("FAKETIME_TIMESTAMP_FILE", self.file("now"))
            .with("FAKETIME_NO_CACHE", "1")
            .with("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    }

    /// Jumps to where the number says; every fourth number is the same place.
    pub fn jumps(&self, number: u64) {
        self.says(self.ahead + JUMPS[number as usize % JUMPS.len()]);
    }

    /// Goes as it should.
    pub fn goes_right(&self) {
        self.says(self.ahead);
    }

    fn says(&self, ahead: i64) {
        // Written beside and moved, so that nobody reads half a number.
        std::fs::write(self.file("next"), format!("{ahead:+}\n")).expect("a file can be written");
        std::fs::rename(self.file("next"), self.file("now")).expect("a file can be moved");
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}
