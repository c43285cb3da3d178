//! Processes that share one account, over crashes, lost replies and leases that end: never an answer too many, and in
//! the end every credit can be had.

use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;
use uuid::Uuid;

use super::book::{AskOthers, Book, OtherLease, OwnLease, decide};
use super::holding::{Holding, Mode};
use crate::model::{AccountId, Timestamp};
use crate::ports::{LeaseClaim, Recall, Tally};

const BLOCK: NonZeroU32 = NonZeroU32::new(16).unwrap();
const LASTS: Duration = Duration::from_secs(30);
const PROCESSES: usize = 3;

/// The ledger, and processes that hold credits of it.
struct World {
    limit: u64,
    answers: u64,
    now: Duration,
    rows: [Option<Row>; PROCESSES],
    processes: [Holding; PROCESSES],
}

#[derive(Debug, Clone, Copy)]
struct Row {
    tally: Tally,
    asked: bool,
    ends: Duration,
}

/// What happens to one process.
#[derive(Debug, Clone, Copy)]
enum Step {
    Reserve,
    Release,
    /// Its answer is stored, with the lease lowered in the same transaction.
    Settle,
    /// The same, and the process does not hear whether it was.
    SettleUnheard,
    /// Its answer is not stored, and the process does not hear that either.
    Lose,
    Claim,
    /// It claims, and the reply is lost.
    ClaimUnheard,
    GiveBack,
    Renew,
    /// It is killed and starts anew, under a new name.
    Crash,
    /// All leases that are not renewed end.
    Wait,
}

impl World {
    fn new(limit: u64) -> Self {
        let mut processes: [Holding; PROCESSES] = std::array::from_fn(|_| Holding::default());
        processes.iter_mut().for_each(|process| process.set_mode(Mode::Limited));
        Self { limit, answers: 0, now: Duration::ZERO, rows: [None; PROCESSES], processes }
    }

    fn claim(&mut self, index: usize, block: Option<NonZeroU32>) -> (Tally, AskOthers) {
        let now = self.now;
        let process = &mut self.processes[index];
        let wanted = block.and_then(|block| process.want(block, now));
        let claim = LeaseClaim {
            account: AccountId::from_uuid(Uuid::nil()),
            since: Timestamp::UNIX_EPOCH,
            tally: process.tally(),
            wanted,
            recall: Recall::Begin,
            lasts: LASTS,
        };
        let others: Vec<OtherLease> = (0..PROCESSES)
            .filter(|other| *other != index)
            .filter_map(|other| self.rows[other].filter(|row| row.ends > now))
            .map(|row| OtherLease { tally: row.tally, asked: row.asked })
            .collect();
        let own = self.rows[index].map(|row| OwnLease { tally: row.tally, lives: row.ends > now });
        let book = Book { limit: self.limit, answers: self.answers, own, others: &others };
        let decision = decide(&claim, &book);
        let row = Row { tally: decision.own, asked: false, ends: now + LASTS };
        self.rows[index] = (decision.own.outstanding() != 0).then_some(row);
        (decision.own, decision.ask_others)
    }

    /// Claims, and hears the answer.
    fn claims(&mut self, index: usize, block: Option<NonZeroU32>) {
        let (tally, _) = self.claim(index, block);
        self.processes[index].learn(tally, self.now + LASTS);
    }

    fn take(&mut self, (index, step): (usize, Step)) {
        let now = self.now;
        match step {
            Step::Reserve => drop(self.processes[index].reserve(now)),
            Step::Release if self.processes[index].reserved() > 0 => self.processes[index].release(),
            Step::Settle if self.processes[index].reserved() > 0 => {
                self.store(index);
                self.processes[index].settle();
            }
            Step::SettleUnheard if self.processes[index].reserved() > 0 => {
                self.store(index);
                self.processes[index].doubt();
            }
            Step::Lose if self.processes[index].reserved() > 0 => self.processes[index].doubt(),
            Step::Claim => self.claims(index, Some(BLOCK)),
            Step::ClaimUnheard => drop(self.claim(index, Some(BLOCK))),
            Step::GiveBack => {
                self.processes[index].give_back();
                self.claims(index, None);
            }
            Step::Renew => {
                if let Some(row) = self.rows[index].as_mut().filter(|row| row.ends > now) {
                    row.ends = now + LASTS;
                    self.processes[index].extend(now, now + LASTS);
                }
            }
            Step::Crash => {
                self.processes[index] = Holding::default();
                // A lease under the old name lives on until it ends; here its place is needed, so it ends now.
                self.rows[index] = None;
            }
            Step::Wait => self.now += LASTS / 2,
            Step::Release | Step::Settle | Step::SettleUnheard | Step::Lose => {}
        }
    }

    fn store(&mut self, index: usize) {
        self.answers += 1;
        if let Some(row) = &mut self.rows[index] {
            row.tally.settled += 1;
        }
    }

    /// Answers that are stored or may still be.
    fn exposure(&self) -> u64 {
        let held = self.processes.iter().map(|process| process.reserved() + process.usable(self.now));
        self.answers + held.sum::<u64>()
    }
}

fn steps(of: &'static [Step]) -> impl Strategy<Value = Vec<(usize, Step)>> {
    prop::collection::vec((0..PROCESSES, prop::sample::select(of)), 0..300)
}

/// What happens while nobody loses a lease with answers under way.
const ORDINARY: &[Step] = &[
    Step::Reserve,
    Step::Reserve,
    Step::Reserve,
    Step::Release,
    Step::Settle,
    Step::Settle,
    Step::SettleUnheard,
    Step::Lose,
    Step::Claim,
    Step::Claim,
    Step::ClaimUnheard,
    Step::GiveBack,
    Step::Crash,
];

/// What else may happen.
const ALL: &[Step] = &[
    Step::Reserve,
    Step::Reserve,
    Step::Release,
    Step::Settle,
    Step::SettleUnheard,
    Step::Lose,
    Step::Claim,
    Step::ClaimUnheard,
    Step::GiveBack,
    Step::Renew,
    Step::Crash,
    Step::Wait,
];

proptest! {
    #[test]
    fn stored_and_held_never_exceed_the_limit(limit in 0_u64..200, steps in steps(ORDINARY)) {
        let mut world = World::new(limit);
        for step in steps {
            world.take(step);
            prop_assert!(world.exposure() <= limit, "{step:?}: {} of {limit}", world.exposure());
        }
    }

    #[test]
    fn only_answers_under_way_at_a_lease_s_end_can_go_beyond(limit in 0_u64..200, steps in steps(ALL)) {
        let mut world = World::new(limit);
        let mut late = 0;
        for step in steps {
            let before: Vec<bool> = world.rows.iter().map(|row| row.is_some_and(|row| row.ends > world.now)).collect();
            world.take(step);
            for (index, process) in world.processes.iter().enumerate() {
                let ended = world.rows[index].is_none_or(|row| row.ends <= world.now);
                if before[index] && ended && matches!(step.1, Step::Wait) { late += process.reserved(); }
            }
            prop_assert!(world.exposure() <= limit + late, "{step:?}: {} of {limit}, {late} late", world.exposure());
        }
    }

    #[test]
    fn whatever_happened_every_credit_can_be_had_in_the_end(limit in 0_u64..200, steps in steps(ALL)) {
        let mut world = World::new(limit);
        for step in steps { world.take(step); }
        for index in 0..PROCESSES {
            while world.processes[index].reserved() > 0 { world.take((index, Step::Release)); }
            world.take((index, Step::GiveBack));
            world.take((index, Step::GiveBack));
        }
        let used = world.answers;
        let mut had = 0;
        loop {
            world.take((0, Step::Claim));
            let before = had;
            while world.processes[0].reserve(world.now) { had += 1; }
            if had == before { break; }
        }
        prop_assert_eq!(used + had, limit.max(used));
    }
}

#[test]
fn answers_under_way_when_a_plan_gets_a_limit_are_paid_by_its_first_credits() {
    let mut world = World::new(10);
    world.processes[0].set_mode(Mode::Unlimited);
    for _ in 0..4 {
        assert!(world.processes[0].reserve(world.now));
    }
    world.processes[0].set_mode(Mode::Limited);
    assert!(!world.processes[0].reserve(world.now));
    while world.processes[0].usable(world.now) < 6 {
        world.take((0, Step::Claim));
    }
    assert_eq!(world.exposure(), 10);
}

#[test]
fn of_replies_that_were_lost_nothing_is_counted_once_their_lease_has_ended() {
    let mut world = World::new(3);
    for _ in 0..2 {
        world.take((0, Step::ClaimUnheard));
        world.now += LASTS;
    }
    let (tally, _) = world.claim(0, None);
    assert_eq!(tally.outstanding(), 0);
}

#[test]
fn whoever_finds_nothing_asks_the_others_that_hold_something() {
    let mut world = World::new(2);
    world.take((0, Step::Claim));
    world.take((0, Step::Claim));
    let (tally, ask) = world.claim(1, Some(BLOCK));
    assert_eq!((tally.granted, ask), (0, AskOthers::Yes));
    world.take((0, Step::GiveBack));
    let (tally, ask) = world.claim(1, Some(BLOCK));
    assert_eq!((tally.granted, ask), (1, AskOthers::No));
}
