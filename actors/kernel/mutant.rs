//! Mutants: deliberate mistakes, of which a process runs at most one, that prove the fault harness. A harness that lets
//! one of them pass would let the same mistake of ours pass. Part of no release.

use std::str::FromStr;
use std::sync::OnceLock;

use crate::model::{ClientId, UsageRow};
use crate::ports::RecordBody;

/// A mistake that the harness must catch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// A message is acknowledged when it waits for the store, not when it is stored.
    AcknowledgeEarly,
    /// A message that comes again under its id is stored again.
    StoreRetryTwice,
    /// Some answers leave no usage row.
    LoseUsage,
    /// Some answers leave two usage rows.
    DoubleUsage,
    /// Who comes back is not given the first of what was missed.
    GapOnResume,
    /// A publication also reaches a socket of another conversation.
    LeakFrame,
}

impl Mutant {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::AcknowledgeEarly, "acknowledge-early"),
        (Self::StoreRetryTwice, "store-retry-twice"),
        (Self::LoseUsage, "lose-usage"),
        (Self::DoubleUsage, "double-usage"),
        (Self::GapOnResume, "gap-on-resume"),
        (Self::LeakFrame, "leak-frame"),
    ];

    /// Makes this process run the mutant. The first choice holds.
    pub fn choose(self) {
        let _ = CHOSEN.set(self);
    }

    /// Whether this process runs the mutant.
    #[must_use]
    pub fn runs(self) -> bool {
        CHOSEN.get() == Some(&self)
    }
}

/// No mutant has that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no mutant `{0}`")]
pub struct UnknownMutant(String);

impl FromStr for Mutant {
    type Err = UnknownMutant;

    fn from_str(name: &str) -> Result<Self, UnknownMutant> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == name);
        found.map(|(mutant, _)| mutant).ok_or_else(|| UnknownMutant(name.to_owned()))
    }
}

static CHOSEN: OnceLock<Mutant> = OnceLock::new();

/// Of how many answers one is billed wrongly.
const BILLED_WRONGLY_ONE_IN: u128 = 4;

/// The id under which a message is looked for: a new one where the mutant does not want to know it.
pub(crate) fn as_if_new(client_id: &ClientId, is_known: impl Fn(&ClientId) -> bool) -> ClientId {
    let mut id = client_id.clone();
    while Mutant::StoreRetryTwice.runs() && is_known(&id) {
        match ClientId::parse(&format!("{}+", id.as_str())) {
            Ok(longer) => id = longer,
            Err(_) => break,
        }
    }
    id
}

/// What is kept in place of a record.
pub(crate) fn misbilled(mut body: RecordBody) -> RecordBody {
    if let RecordBody::Events { usage, .. } = &mut body {
        let wrong = |row: &UsageRow| row.id.as_u128().is_multiple_of(BILLED_WRONGLY_ONE_IN);
        if Mutant::LoseUsage.runs() {
            usage.retain(|row| !wrong(row));
        } else if Mutant::DoubleUsage.runs() {
            let again = usage.iter().filter(|row| wrong(row)).cloned();
            let again = again.map(|row| UsageRow { id: uuid::Uuid::from_u128(row.id.as_u128() ^ 1), ..row });
            *usage = usage.iter().cloned().chain(again.collect::<Vec<_>>()).collect();
        }
    }
    body
}

/// What is handed to whoever comes back in place of what was missed.
pub(crate) fn with_a_gap<T>(mut missed: Vec<T>) -> Vec<T> {
    if Mutant::GapOnResume.runs() && !missed.is_empty() {
        missed.remove(0);
    }
    missed
}
