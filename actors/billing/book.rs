//! How the ledger decides over a claim, as a pure function: whoever keeps the rows locks them, asks here, and writes down
//! what comes out.

use std::num::NonZeroU64;

use crate::ports::{LeaseClaim, Others, Recall, Tally};

/// What the ledger has of an account while it decides. Leases that have ended are not among the others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Book<'a> {
    /// The plan's credits in the period.
    pub limit: u64,
    /// Answers stored in the period, by all.
    pub answers: u64,
    /// The lease of the process that asks.
    pub own: Option<OwnLease>,
    /// The leases of other processes.
    pub others: &'a [OtherLease],
}

/// The lease of the process that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnLease {
    /// What it holds.
    pub tally: Tally,
    /// Whether it lasts. Under one that has ended others may have got what it held.
    pub lives: bool,
}

impl OwnLease {
    /// The lease, after its process told what it knows. Of a lease that has ended nothing is left that the process did
    /// not hear of: others may have it by now.
    fn after(self, told: Tally) -> Tally {
        let merged = self.tally.merge(told);
        if self.lives { merged } else { Tally { settled: merged.settled, ..told } }
    }
}

/// A lease of another process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherLease {
    /// What it holds.
    pub tally: Tally,
    /// Whether it was asked to give back and has not answered.
    pub asked: bool,
}

/// What to write down and what to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The asking process's lease from now on. Where nothing is out, it need not be kept.
    pub own: Tally,
    /// Whether the others that hold something are to be asked.
    pub ask_others: AskOthers,
    /// Whether others may still give something back.
    pub others: Others,
}

/// Whether the other processes are to be asked to give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskOthers {
    /// They are.
    Yes,
    /// They are not.
    No,
}

/// Decides over a claim: grants what is wanted as far as it is free, and near the limit a share of it, so that several
/// processes find something.
#[must_use]
pub fn decide(claim: &LeaseClaim, book: &Book<'_>) -> Decision {
    let mut own = book.own.map_or(claim.tally, |own| own.after(claim.tally));
    // What was granted before, in a reply that did not arrive, is part of what is wanted.
    let unseen = own.granted - claim.tally.granted;
    let out: i64 = book.others.iter().map(|other| other.tally.outstanding().max(0)).sum();
    let used = book.answers.cast_signed().saturating_add(out).saturating_add(own.outstanding());
    let free = u64::try_from(book.limit.cast_signed().saturating_sub(used)).unwrap_or(0);
    let missing = claim.wanted.map_or(0, NonZeroU64::get).saturating_sub(unseen);
    let granted = missing.min(free.div_ceil(SHARES));
    own.granted += granted;
    let held_elsewhere = book.others.iter().any(|other| other.tally.outstanding() > 0);
    let asked_before = book.others.iter().any(|other| other.asked && other.tally.outstanding() > 0);
    let ask = missing > 0 && granted == 0 && claim.recall == Recall::Begin && held_elsewhere;
    Decision {
        own,
        ask_others: if ask { AskOthers::Yes } else { AskOthers::No },
        others: if ask || asked_before { Others::Asked } else { Others::Answered },
    }
}

/// At most this part of what is free is granted at once.
const SHARES: u64 = 4;
