//! From layers to checked settings.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use super::error::Place;
use super::layers::Layers;
use super::{Settings, SettingsError, unsupported};

/// Where settings are looked for.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// A file that lies over the defaults.
    pub file: Option<PathBuf>,
    /// The environment, which lies over the file. Only variables that begin with `AIHIO__` are read.
    pub environment: BTreeMap<String, String>,
}

impl LoadOptions {
    /// The process's own environment, with that file.
    #[must_use]
    pub fn from_process(file: Option<PathBuf>) -> Self {
        let environment = env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Self { file, environment }
    }
}

impl Settings {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// When something is unknown, malformed, out of its range or not supported yet; the error says where and what to do.
    pub fn load(options: LoadOptions) -> Result<Self, SettingsError> {
        let layers = Layers::read(options)?;
        unsupported::refuse(&layers)?;
        let mut settings: Self = layers.deserialize()?;
        settings.billing.read_plans(&layers)?;
        settings.check().map_err(|flaw| layers.invalid(flaw.key, flaw.problem))?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), Flaw> {
        self.http.check()?;
        self.database.check()?;
        self.redis.check()?;
        self.cluster.check(self.redis.url.is_some().into(), self.database.is_shared().into())?;
        self.owner.check()?;
        self.journal.check()?;
        self.recording.check()?;
        self.storage.check()?;
        self.extract.check()?;
        self.embeddings.check()?;
        self.rerank.check()?;
        self.limits.check()?;
        self.billing.check()?;
        self.llm.iter().try_for_each(|(name, model)| model.check(name))
    }
}

/// A value that is well formed and still can't be used.
#[derive(Debug)]
pub(super) struct Flaw {
    key: String,
    problem: String,
}

impl Flaw {
    /// What is wrong with the value of `key`; goes on after "can't be used: ".
    pub(super) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: key.into(), problem: problem.into() }
    }

    /// Refuses numbers outside a range.
    ///
    /// # Errors
    /// When `number` is outside `range`.
    pub(super) fn unless_within(
        key: &str,
        number: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<(), Self> {
        if range.contains(&number) {
            return Ok(());
        }
        Err(Self::new(key, format!("{number} is not between {} and {}", range.start(), range.end())))
    }
}

impl Layers {
    /// The error for a value that can't be used, with the place it came from.
    pub(super) fn invalid(&self, key: impl Into<String>, problem: impl Into<String>) -> SettingsError {
        let key = key.into();
        let place = self.place(&key).cloned().unwrap_or(Place::Default);
        SettingsError::Invalid { key, place, problem: problem.into() }
    }
}
