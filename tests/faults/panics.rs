//! Supervision under fire: actors of every kind are made to panic while visitors talk, and nobody but the callers of the
//! actor that died may notice.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::cast::{Cast, Store};
use super::checker::{Blast, check, check_troubles};
use super::plan::Plan;
use super::report::{Report, Times, Volume};
use super::run::settings;
use super::seed::{Dice, chosen};
use super::support::Folder;
use super::support::api::Api;
use super::support::patience::until;
use super::support::server::Server;
use super::support::stub::{Stub, respond};
use super::support::visitor::Visitor;
use super::visitor::Ground;
use super::workload::{Tenant, Workload, tenants};

/// A parent gives up on a child at the sixth failure in this time (`RestartPolicy::standard`).
const WINDOW: Duration = Duration::from_secs(31);

/// How often in that time one actor may be struck and still come back.
fn strikes_max(kind: &str) -> usize {
    match kind {
        "supervisor" => 0,
        // What a session had given to its journal may be stored after its next life has read its history; then that life
        // finds its place taken, and fails once more.
        "session" => 2,
        // A job is tried three times, however it fails.
        "ingestion" => 2,
        // A journal is never given up.
        "journal" => usize::MAX,
        _ => 4,
    }
}

/// How long after a restart its callers may still hear of it.
const ECHO: Duration = Duration::from_secs(2);
/// The same for a conversation, whose next life may fail once more; see [`strikes_max`].
const SESSION_ECHO: Duration = Duration::from_secs(15);
/// How long a page takes that an ingestion reads, so that there are ingestions to break.
const PAGE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn panics_of_every_kind_reach_nobody_but_the_callers() {
    panics("panics-short", 100, 40).await;
}

#[tokio::test]
async fn a_thousand_panics_reach_nobody_but_the_callers() {
    if std::env::var_os("AIHIO_FAULTS_PERCENT").is_some() {
        panics("panics", 1_000, 60).await;
    }
}

async fn panics(name: &'static str, count: usize, visitors: usize) {
    let plan = Plan::new(chosen(), &[]);
    eprintln!("{name}: AIHIO_FAULTS_SEED={} replays this run", plan.seed);
    let (began, plans, site) = (Instant::now(), Folder::new(), slow_site().await);
    let settings = settings(&plans).with("AIHIO__CRAWLER__ALLOW_PRIVATE", site.address());
    let cast = Cast::start(vec![settings], Store::Sqlite, None, &plan).await;
    let tenants = tenants(&cast, false).await;
    let ground = Arc::new(Ground::new());
    let workload = Workload::begin(tenants.clone(), Arc::clone(&ground), visitors, &plan);
    let mut striker = Striker::new(&cast.nodes[0].server, plan.dice(2), &ground).await;
    striker.reads_pages(&tenants[0], format!("http://{}/", site.address()));
    striker.strikes(count).await;
    let Striker { blasts, back, .. } = striker;
    // What is heard only now, nothing excuses.
    tokio::time::sleep(ECHO).await;
    let (history, _) = workload.end().await;
    let troubles = ground.troubles.lock().unwrap_or_else(PoisonError::into_inner).clone();

    let mut report = Report::new(name, &plan);
    report.volume = Volume::of(&history);
    report.actor_back =
        back.iter().filter_map(|(kind, times)| Some((kind.clone(), Times::of(times)?))).collect();
    report.violations = check(&history);
    report.violations.extend(check_troubles(&blasts, &troubles));
    report.seconds = began.elapsed().as_secs();
    report.save();
    report.must_be_clean();
    let kinds = ["billing", "chatbot", "ingestion", "journal", "schedule", "session"];
    assert_eq!(report.actor_back.keys().collect::<Vec<_>>(), kinds, "every kind was struck, and came back");
    assert_eq!(blasts.len(), count);
}

/// A site whose page comes late.
async fn slow_site() -> Stub {
    Stub::serve(async |_, mut stream| {
        tokio::time::sleep(PAGE).await;
        let page = "<html><body><p>The pump is blue and stands in the cellar.</p></body></html>";
        respond(&mut stream, "200 OK", "content-type: text/html\r\n", page).await;
    })
    .await
}

/// Whoever makes actors panic.
struct Striker {
    operator: Api,
    dice: Dice,
    ground: Arc<Ground>,
    struck: BTreeMap<(String, String), VecDeque<Instant>>,
    blasts: Vec<Blast>,
    back: BTreeMap<String, Vec<Duration>>,
}

impl Striker {
    async fn new(server: &Server, dice: Dice, ground: &Arc<Ground>) -> Self {
        let (operator, ground) = (server.owner().await, Arc::clone(ground));
        let (struck, blasts, back) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Self { operator, dice, ground, struck, blasts, back }
    }

    /// Has pages read from now on until the run ends.
    fn reads_pages(&self, tenant: &Tenant, url: String) {
        let (api, chatbot, ground) =
            (tenant.api.clone(), tenant.places[0].chatbot.clone(), Arc::clone(&self.ground));
        tokio::spawn(async move {
            for number in 0.. {
                if *ground.ending.borrow() {
                    return;
                }
                let page = json!({ "kind": "url", "url": format!("{url}?page={number}") });
                // One that is refused is no loss: the next one comes soon.
                api.post(&format!("/v1/chatbots/{chatbot}/sources"), page).await;
                tokio::time::sleep(PAGE).await;
            }
        });
    }

    /// Strikes so many times. Journals come last: each serves many conversations, and would excuse what others did.
    async fn strikes(&mut self, count: usize) {
        self.ground.pulse.next(self.ground.began).await;
        let journals = count / 10;
        while self.blasts.len() < count {
            let living = self.living().await;
            let journal_due = self.blasts.len() >= count - journals;
            let mut kinds: Vec<&str> = living.iter().map(|(kind, _)| kind.as_str()).collect();
            kinds.retain(|kind| (*kind == "journal") == journal_due);
            kinds.dedup();
            let Some(kind) = kinds.get(self.dice.below(kinds.len() as u64) as usize) else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let of_kind: Vec<_> = living.iter().filter(|(other, _)| other == kind).collect();
            let (kind, id) = of_kind[self.dice.below(of_kind.len() as u64) as usize].clone();
            self.strike(kind, id).await;
        }
    }

    /// Everybody who may be struck without being given up, in order of kinds.
    async fn living(&mut self) -> Vec<(String, String)> {
        let tree = self.operator.get("/v1/system/tree").await.expect(200);
        let mut living = Vec::new();
        list(&tree, &mut living);
        living.retain(|(kind, id)| {
            let times = self.struck.entry((kind.clone(), id.clone())).or_default();
            while times.front().is_some_and(|time| time.elapsed() > WINDOW) {
                times.pop_front();
            }
            times.len() < strikes_max(kind)
        });
        living.sort();
        living
    }

    async fn strike(&mut self, kind: String, id: String) {
        let at = self.ground.began.elapsed();
        let answer = self.operator.post("/v1/system/faults", json!({ "kind": kind, "id": id })).await;
        if answer.status == 404 {
            // It ended by itself since the tree was read.
            return;
        }
        let back = answer.expect(200)["back_after_us"].as_u64();
        if kind == "ingestion" && back.is_none() {
            // It was done before the blow came.
            assert_eq!(self.operator.ended(&id).await["state"], "succeeded", "{id} did not come back");
            return;
        }
        // A conversation of which nothing is stored yet has no next life; its visitor begins another one.
        assert!(back.is_some() || kind == "session", "{kind} {id} did not come back");
        self.struck.entry((kind.clone(), id.clone())).or_default().push_back(Instant::now());
        self.back.entry(kind.clone()).or_default().extend(back.map(Duration::from_micros));
        let echo = if kind == "session" { SESSION_ECHO } else { ECHO };
        let until = self.ground.began.elapsed() + echo;
        self.blasts.push(Blast { kind, id, at, until });
    }
}

fn list(tree: &Value, living: &mut Vec<(String, String)>) {
    let text = |name: &str| tree[name].as_str().unwrap_or_default().to_owned();
    living.push((text("kind"), text("id")));
    for child in tree["children"].as_array().into_iter().flatten() {
        list(child, living);
    }
}

#[tokio::test]
async fn a_chatbot_that_fails_again_and_again_is_isolated_and_nobody_else() {
    let server = Server::start().await;
    let owner = server.owner().await;
    let (broken, sound) = (owner.echo_chatbot().await, owner.echo_chatbot().await);
    let mut neighbour = Visitor::connects(&server, &sound).await;
    owner.asks(&broken, "Are you there?").await;
    let strike = json!({ "kind": "chatbot", "id": broken });
    for restart in 1..=5 {
        let struck = owner.post("/v1/system/faults", strike.clone()).await.expect(200);
        assert!(struck["back_after_us"].is_u64(), "restart {restart}: {struck}");
    }
    let struck = owner.post("/v1/system/faults", strike).await.expect(200);
    assert_eq!(struck["back_after_us"], Value::Null, "the sixth time in half a minute its parent gives up");
    let refused = until("the refusal", async || {
        let asked =
            owner.post(&format!("/v1/chatbots/{broken}/messages"), json!({ "text": "And now?" })).await;
        (asked.status != 200).then_some(asked)
    })
    .await;
    assert_eq!(refused.problem(503)["code"], "chatbot_not_ready");
    neighbour.asks("Do you notice anything?").await;
    assert_eq!(neighbour.sees_answer().await.text(), "Do you notice anything?");
    owner.asks(&sound, "And who comes anew?").await;
}
