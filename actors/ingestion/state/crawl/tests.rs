//! Sites on their way, without a world.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::Validators;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const BOUNDS: CrawlBounds = CrawlBounds {
    pages_at_once: 2,
    turn: Duration::from_secs(30),
    fetched_bytes_max: 1_000,
    time_max: Duration::from_secs(100),
};

fn page(number: u128) -> SitePage {
    SitePage {
        page_id: PageId::from_uuid(Uuid::from_u128(number)),
        url: format!("https://shop.example/{number}"),
        role: PageRole::Page,
        depth: 0,
        state: PageState::Waiting,
        attempts: 1,
        misses: 0,
        known: None,
        bytes: 0,
        validators: Validators::default(),
    }
}

fn settled(state: PageState, added: u32) -> Settled {
    Settled { state, added, left_out: 0, growth_bytes: 0, changed: Changed::Yes }
}

fn error(code: &str) -> JobError {
    JobError { code: code.into(), message: "It is so.".into() }
}

fn machine(found: u32) -> CrawlMachine {
    CrawlMachine::new(BOUNDS, PageCounts { found, ..PageCounts::default() }, NOW)
}

/// What it wants done, without its reports.
fn wants(effects: Vec<CrawlEffect>) -> Vec<CrawlEffect> {
    effects.into_iter().filter(|effect| !matches!(effect, CrawlEffect::Report(_))).collect()
}

fn apply(machine: &mut CrawlMachine, input: CrawlInput) -> Vec<CrawlEffect> {
    wants(machine.apply(input, NOW))
}

fn after(seconds: i64) -> Timestamp {
    NOW + chrono::TimeDelta::seconds(seconds)
}

#[test]
fn pages_are_taken_visited_and_counted_until_there_are_none() {
    let mut machine = machine(1);
    assert_eq!(wants(machine.begin(NOW)), [CrawlEffect::Take(2)]);
    let visited = apply(&mut machine, CrawlInput::Taken(vec![page(1)]));
    assert_eq!(visited, [CrawlEffect::Visit(page(1)), CrawlEffect::Take(2)]);
    assert_eq!(apply(&mut machine, CrawlInput::Taken(Vec::new())), [], "the page at work may lead to others");
    let more = CrawlInput::Settled(page(1), settled(PageState::Read, 1), Fetch { bytes: 10 });
    assert_eq!(apply(&mut machine, more), [CrawlEffect::Take(2)]);
    apply(&mut machine, CrawlInput::Taken(vec![page(2)]));
    apply(&mut machine, CrawlInput::Taken(Vec::new()));
    let last = CrawlInput::Settled(page(2), settled(PageState::Skipped, 0), Fetch { bytes: 10 });
    assert_eq!(apply(&mut machine, last), [CrawlEffect::End(CrawlEnd::Done)]);
    let PageCounts { found, settled, read, skipped, fetched_bytes, .. } = machine.counts();
    assert_eq!((found, settled, read, skipped, fetched_bytes), (2, 2, 1, 1, 20));
}

#[test]
fn no_more_pages_are_at_work_than_may_be() {
    let mut machine = machine(5);
    machine.begin(NOW);
    let visits = apply(&mut machine, CrawlInput::Taken((1..=5).map(page).collect()));
    assert_eq!(visits, [CrawlEffect::Visit(page(1)), CrawlEffect::Visit(page(2))]);
    let next = CrawlInput::Settled(page(1), settled(PageState::Read, 0), Fetch::default());
    assert_eq!(apply(&mut machine, next), [CrawlEffect::Visit(page(3))]);
}

#[test]
fn a_page_that_fails_is_tried_again_after_growing_delays_and_then_given_up() {
    let mut machine = machine(1);
    machine.begin(NOW);
    apply(&mut machine, CrawlInput::Taken(vec![page(1)]));
    apply(&mut machine, CrawlInput::Taken(Vec::new()));
    for seconds in [2, 4] {
        let rests = apply(&mut machine, CrawlInput::Failed(page(1), error("page_unreachable")));
        assert_eq!(rests, [CrawlEffect::RetryAfter(page(1), Duration::from_secs(seconds))]);
        assert_eq!(apply(&mut machine, CrawlInput::Again(page(1))), [CrawlEffect::Visit(page(1))]);
    }
    let given_up = apply(&mut machine, CrawlInput::Failed(page(1), error("page_unreachable")));
    assert_eq!(given_up, [CrawlEffect::GiveUp(page(1), error("page_unreachable"))]);
    let end = CrawlInput::Settled(page(1), settled(PageState::Failed, 0), Fetch::default());
    let nothing = CrawlEnd::Nothing(error("page_unreachable"));
    assert_eq!(apply(&mut machine, end), [CrawlEffect::End(nothing)]);
}

#[test]
fn a_page_that_was_begun_again_and_again_is_given_up_unread() {
    let mut machine = machine(1);
    machine.begin(NOW);
    let poisonous = SitePage { attempts: BEGINNINGS_MAX + 1, ..page(1) };
    let given_up = apply(&mut machine, CrawlInput::Taken(vec![poisonous.clone()]));
    assert_eq!(given_up, [CrawlEffect::GiveUp(poisonous, interrupted()), CrawlEffect::Take(2)]);
}

#[test]
fn a_site_that_fails_again_and_again_is_out_of_reach() {
    let mut machine = machine(20);
    machine.begin(NOW);
    apply(&mut machine, CrawlInput::Taken((1..=20).map(page).collect()));
    let mut last = Vec::new();
    for number in 1..=11 {
        last = apply(&mut machine, CrawlInput::Failed(page(number), error("page_unreachable")));
    }
    assert_eq!(
        last,
        [
            CrawlEffect::RetryAfter(page(11), Duration::from_secs(2)),
            CrawlEffect::End(CrawlEnd::OutOfReach(error("page_unreachable")))
        ]
    );
}

#[test]
fn others_have_their_turn_once_what_was_taken_is_done() {
    let mut machine = machine(3);
    machine.begin(NOW);
    apply(&mut machine, CrawlInput::Taken(vec![page(1), page(2), page(3)]));
    let done = |number| CrawlInput::Settled(page(number), settled(PageState::Read, 0), Fetch::default());
    assert_eq!(wants(machine.apply(done(1), after(30))), [CrawlEffect::Visit(page(3))]);
    assert_eq!(wants(machine.apply(done(2), after(31))), []);
    assert_eq!(wants(machine.apply(done(3), after(32))), [CrawlEffect::End(CrawlEnd::TurnOver)]);
    assert_eq!(machine.counts().seconds, 32);
}

#[test]
fn what_is_fetched_worked_and_stored_is_bounded() {
    let end_of = |input: CrawlInput, at: Timestamp| {
        let mut machine = machine(3);
        machine.begin(NOW);
        apply(&mut machine, CrawlInput::Taken(vec![page(1), page(2)]));
        apply(&mut machine, CrawlInput::Taken(vec![page(3)]));
        machine.apply(input, at);
        let last = CrawlInput::Settled(page(2), settled(PageState::Read, 0), Fetch::default());
        (wants(machine.apply(last, at)), machine.counts().stopped_by)
    };
    let read = |bytes| CrawlInput::Settled(page(1), settled(PageState::Read, 0), Fetch { bytes });
    let done = vec![CrawlEffect::End(CrawlEnd::Done)];
    assert_eq!(end_of(read(1_000), NOW), (done.clone(), Some(StoppedBy::FetchedBytes)));
    assert_eq!(end_of(read(1), after(100)), (done.clone(), Some(StoppedBy::Time)));
    let mut full = machine(2);
    full.begin(NOW);
    apply(&mut full, CrawlInput::Taken(vec![page(1)]));
    apply(&mut full, read(1));
    apply(&mut full, CrawlInput::Taken(vec![page(2)]));
    apply(&mut full, CrawlInput::Taken(Vec::new()));
    apply(&mut full, CrawlInput::NoRoom);
    let last = CrawlInput::Settled(page(2), settled(PageState::Failed, 0), Fetch::default());
    assert_eq!(apply(&mut full, last), done);
    assert_eq!(full.counts().stopped_by, Some(StoppedBy::StoredBytes));
}

#[test]
fn what_was_read_is_made_to_be_found_at_every_doubling() {
    let mut machine = machine(100);
    machine.begin(NOW);
    let mut published = Vec::new();
    for number in 1..=100 {
        apply(&mut machine, CrawlInput::Taken(vec![page(number)]));
        let read = CrawlInput::Settled(page(number), settled(PageState::Read, 0), Fetch::default());
        if apply(&mut machine, read).contains(&CrawlEffect::Publish) {
            published.push(number);
        }
    }
    assert_eq!(published, [16, 32, 64]);
}

proptest! {
    /// Whatever comes of pages, in whatever order: no page is lost, none is at work twice, and it ends once.
    #[test]
    fn every_page_is_settled_once(choices in prop::collection::vec((0_usize..4, 0_u8..3), 0..300), pages in 1_u128..30) {
        let mut machine = machine(u32::try_from(pages).unwrap());
        let mut left: Vec<SitePage> = (1..=pages).map(page).collect();
        let mut at_work: Vec<SitePage> = Vec::new();
        let mut resting: Vec<SitePage> = Vec::new();
        let mut effects = machine.begin(NOW);
        let (mut ends, mut done) = (0, std::collections::HashSet::new());
        let mut choices = choices.into_iter().chain(std::iter::repeat((0, 0)));
        loop {
            let mut asked = false;
            for effect in std::mem::take(&mut effects) {
                match effect {
                    CrawlEffect::Take(_) => asked = true,
                    CrawlEffect::Visit(page) | CrawlEffect::GiveUp(page, _) => at_work.push(page),
                    CrawlEffect::RetryAfter(page, _) => resting.push(page),
                    CrawlEffect::End(_) => ends += 1,
                    CrawlEffect::Report(_) | CrawlEffect::Publish => {}
                }
            }
            prop_assert!(at_work.len() <= BOUNDS.pages_at_once);
            if ends > 0 {
                break;
            }
            let (which, what) = choices.next().unwrap_or_default();
            let input = if asked {
                let taken = left.len().min(which);
                CrawlInput::Taken(left.drain(..if taken == 0 { left.len().min(1) } else { taken }).collect())
            } else if !resting.is_empty() && (what == 1 || at_work.is_empty()) {
                CrawlInput::Again(resting.remove(which % resting.len()))
            } else {
                let page = at_work.remove(which % at_work.len());
                let tries = machine.tries.get(&page.page_id).copied().unwrap_or_default();
                if what == 2 && tries < TRIES_MAX && machine.failures_in_a_row < FAILURES_IN_A_ROW_MAX - 1 {
                    CrawlInput::Failed(page, error("page_unreachable"))
                } else {
                    prop_assert!(done.insert(page.page_id), "settled twice");
                    CrawlInput::Settled(page, settled(PageState::Read, 0), Fetch::default())
                }
            };
            effects = machine.apply(input, NOW);
        }
        prop_assert_eq!(done.len(), usize::try_from(pages).unwrap());
        prop_assert_eq!(ends, 1);
    }
}
