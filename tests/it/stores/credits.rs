//! Who gets a credit, and where each one is: free, out with a process, or spent on a stored answer.

use std::num::NonZeroU64;
use std::time::Duration;

use aihio::store::{Store, Tenant};
use aihio_actors::model::{AccountId, UsageKind};
use aihio_actors::ports::{
    Journal, LeaseClaim, LeaseGrant, Ledger, Others, Outcome, Recall, Tally, WantedElsewhere,
};

use super::fixture::{Conversation, at, chatbot, id, tenant};
use crate::support::patience::until;
use crate::support::store::TestStore;

on_both!(
    processes_that_claim_at_once_get_what_is_there_and_no_more,
    an_answer_moves_its_credit_from_the_lease_to_the_answers_at_once,
    an_answer_that_is_sent_again_is_paid_once,
    a_record_that_is_refused_costs_nothing,
    a_claim_may_be_repeated,
    the_credits_of_a_silent_process_are_free_when_its_lease_ends,
    an_answer_that_is_stored_after_its_lease_has_ended_counts,
    others_are_asked_for_what_they_don_t_use,
    leases_are_renewed_in_time_and_not_after_their_end,
    leases_of_one_batch_are_lowered_together,
    an_account_that_does_not_exist_has_no_credits,
);

const MINUTE: Duration = Duration::from_secs(60);

/// A process that claims credits of one account and remembers what it was told. The plan has two.
struct Process {
    store: Store,
    account: AccountId,
    tally: Tally,
    lasts: Duration,
}

impl Process {
    fn new(store: &Store, tenant: &Tenant) -> Self {
        Self { store: store.clone(), account: tenant.account_id(), tally: Tally::default(), lasts: MINUTE }
    }

    /// Claims, and forgets what it is told.
    async fn asks(&self, wanted: u64, recall: Recall) -> LeaseGrant {
        let claim = LeaseClaim {
            account: self.account,
            since: at("00:00:00"),
            tally: self.tally,
            wanted: NonZeroU64::new(wanted),
            recall,
            lasts: self.lasts,
        };
        // Two processes on one SQLite file may find it busy; a claim may be repeated.
        until("an answer of the ledger", async || self.store.claim(&claim).await.ok()).await.unwrap()
    }

    /// Claims, and says how much was granted.
    async fn claims(&mut self, wanted: u64) -> u64 {
        let before = self.tally.granted;
        self.tally = self.asks(wanted, Recall::Begin).await.tally;
        self.tally.granted - before
    }

    /// Claims until there is nothing more.
    async fn claims_all(&mut self) -> u64 {
        let mut granted = 0;
        loop {
            match self.claims(1).await {
                0 => return granted,
                more => granted += more,
            }
        }
    }

    /// Gives everything back that it holds.
    async fn gives_back(&mut self) {
        self.tally.returned += u64::try_from(self.tally.outstanding()).unwrap();
        self.tally = self.asks(0, Recall::Begin).await.tally;
    }
}

/// A conversation that is stored and has no answer yet.
async fn conversation(store: &Store, tenant: &Tenant) -> Conversation {
    let talk = Conversation::with(tenant, chatbot(tenant).await);
    store.append(&[talk.opens()]).await.unwrap();
    talk
}

async fn processes_that_claim_at_once_get_what_is_there_and_no_more(store: TestStore) {
    let other = store.again().await;
    let tenant = tenant(&store).await;
    let mut processes: Vec<Process> = [&*store, &other].map(|store| Process::new(store, &tenant)).into();
    let (left, right) = processes.split_at_mut(1);
    let (left, right) = tokio::join!(left[0].claims_all(), right[0].claims_all());
    assert_eq!(left + right, 2);
}

async fn an_answer_moves_its_credit_from_the_lease_to_the_answers_at_once(store: TestStore) {
    let other = store.again().await;
    let tenant = tenant(&store).await;
    let talk = conversation(&store, &tenant).await;
    let (mut one, mut two) = (Process::new(&store, &tenant), Process::new(&other, &tenant));
    assert_eq!(one.claims_all().await, 2);
    store.append(&[talk.is_answered(1, "a")]).await.unwrap();

    let grant = one.asks(0, Recall::Begin).await;
    assert_eq!((grant.tally.settled, grant.tally.outstanding(), grant.usage.answers), (1, 1, 1));
    assert_eq!(two.claims(1).await, 0, "one is spent, and one is out");
    one.tally.settled = 1;
    one.gives_back().await;
    assert_eq!(two.claims_all().await, 1, "what was spent did not come back");
}

async fn an_answer_that_is_sent_again_is_paid_once(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = conversation(&store, &tenant).await;
    let mut process = Process::new(&store, &tenant);
    process.claims_all().await;
    let records = [talk.is_answered(1, "a"), talk.visitor_says(2, "m", "more")];
    for _ in 0..2 {
        assert_eq!(store.append(&records).await.unwrap(), [Outcome::Kept; 2]);
    }
    let again_and_new = [records[0].clone(), records[1].clone(), talk.is_answered(3, "b")];
    assert_eq!(store.append(&again_and_new).await.unwrap(), [Outcome::Kept; 3]);
    assert_eq!(process.asks(0, Recall::Begin).await.tally.settled, 2);
}

async fn a_record_that_is_refused_costs_nothing(store: TestStore) {
    let tenant = tenant(&store).await;
    let talk = conversation(&store, &tenant).await;
    let mut process = Process::new(&store, &tenant);
    process.claims_all().await;
    store.append(&[talk.visitor_says(1, "a", "hi")]).await.unwrap();
    assert_eq!(
        store.append(&[talk.is_answered(1, "its place is taken")]).await.unwrap(),
        [Outcome::Conflict]
    );
    let grant = process.asks(0, Recall::Begin).await;
    assert_eq!((grant.tally.outstanding(), grant.usage.answers), (2, 0));
}

async fn a_claim_may_be_repeated(store: TestStore) {
    let tenant = tenant(&store).await;
    let process = Process::new(&store, &tenant);
    let first = process.asks(1, Recall::Begin).await;
    assert_eq!(first.tally.granted, 1);
    assert_eq!(process.asks(1, Recall::Begin).await, first, "its reply was lost, and it claims again");
}

async fn the_credits_of_a_silent_process_are_free_when_its_lease_ends(store: TestStore) {
    let other = store.again().await;
    let tenant = tenant(&store).await;
    let (mut one, mut two) = (Process::new(&store, &tenant), Process::new(&other, &tenant));
    one.lasts = Duration::from_millis(300);
    assert_eq!(one.claims_all().await, 2);
    let mut granted = 0;
    until("the end of the lease", async || {
        granted += two.claims(1).await;
        (granted == 2).then_some(())
    })
    .await;
    assert_eq!(one.claims(1).await, 0, "who was silent comes back and finds nothing");
}

async fn an_answer_that_is_stored_after_its_lease_has_ended_counts(store: TestStore) {
    let other = store.again().await;
    let tenant = tenant(&store).await;
    let talk = conversation(&store, &tenant).await;
    let (mut one, mut two) = (Process::new(&store, &tenant), Process::new(&other, &tenant));
    one.lasts = Duration::from_millis(300);
    assert_eq!(one.claims_all().await, 2);
    until("the end of the lease", async || (two.claims(1).await > 0).then_some(())).await;
    store.append(&[talk.is_answered(1, "late")]).await.unwrap();
    assert_eq!(tenant.usage_total(UsageKind::Answer, at("00:00:00")).await.unwrap(), 1);
    assert_eq!(two.claims(1).await, 0, "one is out, and the late answer took the other");
}

async fn others_are_asked_for_what_they_don_t_use(store: TestStore) {
    let other = store.again().await;
    let tenant = tenant(&store).await;
    let (mut one, mut two) = (Process::new(&store, &tenant), Process::new(&other, &tenant));
    one.claims_all().await;
    assert!(one.store.renew(MINUTE).await.unwrap().is_empty(), "nobody wants anything");

    assert_eq!(two.asks(1, Recall::Begin).await.others, Others::Asked);
    let renewed = one.store.renew(MINUTE).await.unwrap();
    assert_eq!(renewed.len(), 1);
    assert_eq!(
        (renewed[0].account, renewed[0].wanted_elsewhere),
        (tenant.account_id(), WantedElsewhere::Yes)
    );
    assert_eq!(two.asks(1, Recall::Await).await.others, Others::Asked, "it has not answered yet");
    one.asks(0, Recall::Begin).await;
    assert_eq!(two.asks(1, Recall::Await).await.others, Others::Answered, "it uses what it has");

    one.gives_back().await;
    assert_eq!(two.claims_all().await, 2);
}

async fn leases_are_renewed_in_time_and_not_after_their_end(store: TestStore) {
    let other = store.again().await;
    let tenant = tenant(&store).await;
    let (mut one, mut two) = (Process::new(&store, &tenant), Process::new(&other, &tenant));
    assert_eq!(one.claims(1).await, 1);
    let renewed = store.renew(MINUTE * 10).await.unwrap();
    assert_eq!((renewed.len(), renewed[0].wanted_elsewhere), (1, WantedElsewhere::No));
    assert!(store.renew(MINUTE * 10).await.unwrap().is_empty(), "there is time");
    assert!(other.renew(MINUTE * 100).await.unwrap().is_empty(), "others' leases are theirs");

    one.lasts = Duration::ZERO;
    one.claims(0).await;
    assert!(store.renew(MINUTE).await.unwrap().is_empty(), "it has ended");
    assert_eq!(two.claims_all().await, 2);
}

async fn leases_of_one_batch_are_lowered_together(store: TestStore) {
    let (first, second, free) = (tenant(&store).await, tenant(&store).await, tenant(&store).await);
    let mut processes = [Process::new(&store, &first), Process::new(&store, &second)];
    let mut records = Vec::new();
    for tenant in [&first, &second, &free] {
        let talk = Conversation::with(tenant, chatbot(tenant).await);
        records.extend([talk.opens(), talk.is_answered(1, "a"), talk.is_answered(2, "b")]);
    }
    for process in &mut processes {
        assert_eq!(process.claims_all().await, 2);
    }
    store.append(&records).await.unwrap();
    for process in &processes {
        assert_eq!(process.asks(0, Recall::Begin).await.tally.settled, 2);
    }
}

async fn an_account_that_does_not_exist_has_no_credits(store: TestStore) {
    let claim = LeaseClaim {
        account: AccountId::from_uuid(id()),
        since: at("00:00:00"),
        tally: Tally::default(),
        wanted: NonZeroU64::new(1),
        recall: Recall::Begin,
        lasts: MINUTE,
    };
    assert_eq!(store.claim(&claim).await.unwrap(), None);
}

#[tokio::test]
async fn on_sqlite_a_new_process_finds_all_credits_that_a_former_one_held() {
    let store = crate::support::store::sqlite().await;
    let tenant = tenant(&store).await;
    assert_eq!(Process::new(&store, &tenant).claims_all().await, 2);
    let next = store.again().await;
    assert_eq!(Process::new(&next, &tenant).claims_all().await, 2);
}
