//! Plans.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use aihio_actors::model::{Plan, PlanId};
use serde::Deserialize;

use super::SettingsError;
use super::error::Place;
use super::layers::{Layers, parse_as, read};
use super::load::Flaw;
use super::value;

const PLANS_TOML: &str = include_str!("../../config/plans.toml");

/// What accounts can be on.
pub type Plans = BTreeMap<PlanId, Plan>;

/// Section `billing`.
#[derive(Debug, Clone, Deserialize)]
pub struct BillingSettings {
    /// A file in place of the embedded plans.
    #[serde(deserialize_with = "value::optional")]
    pub plans_file: Option<PathBuf>,
    /// The plan of accounts without a subscription; one of [`plans`](Self::plans).
    pub default_plan: PlanId,
    /// How long claimed credits stay with a process that has fallen silent, in seconds.
    pub credit_lease_seconds: NonZeroU32,
    /// The plans in force.
    #[serde(skip)]
    pub plans: Plans,
}

impl BillingSettings {
    /// Fills [`plans`](Self::plans) from the file, or from the embedded one.
    pub(super) fn read_plans(&mut self, layers: &Layers) -> Result<(), SettingsError> {
        let (text, place) = match &self.plans_file {
            Some(path) => (read(path)?, Place::File(path.clone())),
            None => (PLANS_TOML.to_owned(), Place::Default),
        };
        self.plans = parse_as(&text, &place)?;
        if self.plans.is_empty() {
            return Err(layers.invalid("billing.plans_file", "the file holds no plan"));
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Result<(), Flaw> {
        if self.plans.contains_key(&self.default_plan) {
            return Ok(());
        }
        let known: Vec<&str> = self.plans.keys().map(|id| id.0.as_str()).collect();
        let problem = format!("there is no plan `{}`, only {}", self.default_plan.0, known.join(", "));
        Err(Flaw::new("billing.default_plan", problem))
    }
}
