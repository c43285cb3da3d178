//! The cap of a plan: however many ask at once, on however many nodes, and whoever dies meanwhile, it is given out to the
//! last credit and not one more.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::cast::{Cast, Postgres, Redis, Store, Syncs};
use super::line::Line;
use super::plan::Plan;
use super::run::shared;
use super::seed::{Dice, chosen};
use super::support::Folder;
use super::support::api::Api;
use super::support::patience::until;
use super::support::server::Server;

/// The protocol's code for a message that the plan has no credit for.
const QUOTA_EXCEEDED: u64 = 1002;
/// How long a credit that a node has borrowed is lost with it.
const LEASE_SECONDS: &str = "3";
/// How long a sender waits before it tries again after a refusal or a broken connection.
const AGAIN: Duration = Duration::from_millis(300);

#[tokio::test]
async fn a_cap_holds_exactly_on_two_nodes_that_die() {
    capped(100, 40, 4).await;
}

#[tokio::test]
async fn long_a_cap_of_a_thousand_holds_exactly_on_two_nodes_that_die() {
    if std::env::var_os("AIHIO_FAULTS_PERCENT").is_some() {
        capped(1_000, 200, 20).await;
    }
}

async fn capped(cap: u64, senders: usize, kills: usize) {
    let plan = Plan::new(chosen(), &[]);
    eprintln!("cap of {cap}: AIHIO_FAULTS_SEED={} replays this run", plan.seed);
    let plans = Folder::new();
    let file = plans.path().join("plans.toml");
    std::fs::write(&file, format!("[capped]\nname = \"Capped\"\nanswers_per_month = {cap}\n")).unwrap();
    let settings = || {
        shared(Server::plan())
            .with("AIHIO__BILLING__PLANS_FILE", file.display().to_string())
            .with("AIHIO__BILLING__DEFAULT_PLAN", "capped")
            .with("AIHIO__BILLING__CREDIT_LEASE_SECONDS", LEASE_SECONDS)
    };
    let store = Store::Own(Postgres::start(Syncs::Never, None).await);
    let mut cast = Cast::start(vec![settings(), settings()], store, Some(Redis::start().await), &plan).await;
    let owner = cast.nodes[0].server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let ending = watch::Sender::new(false);
    let mut sending = JoinSet::new();
    for sender in 0..senders {
        let door = cast.nodes[sender % cast.nodes.len()].door.address().to_owned();
        sending.spawn(sends(door, chatbot.clone(), ending.subscribe()));
    }
    let mut dice = plan.dice(2);
    for kill in 0..kills {
        tokio::time::sleep(Duration::from_millis(dice.below(400))).await;
        cast.nodes[kill % 2].server.restart().await;
    }
    until("the last credit", async || (used(&owner).await? >= cap).then_some(())).await;
    // Whoever is refused now is refused for want of a credit; nobody gets one more.
    tokio::time::sleep(3 * AGAIN).await;
    ending.send_replace(true);
    let refused = sending.join_all().await.into_iter().sum::<usize>();
    assert!(refused > 0, "somebody asked in vain");
    assert_eq!(used(&owner).await, Some(cap));
    assert_eq!(answers(&owner, &chatbot).await, cap, "as many answers as credits");
}

/// Asks until the end; says how often it was refused for want of a credit.
async fn sends(door: String, chatbot: String, ending: watch::Receiver<bool>) -> usize {
    let (mut refused, mut dice) = (0, Dice::new(door.len() as u64));
    while !*ending.borrow() {
        refused += visits(&door, &chatbot, &ending).await.unwrap_or_default();
        tokio::time::sleep(AGAIN + Duration::from_millis(dice.below(100))).await;
    }
    refused
}

/// One connection; none where it broke.
async fn visits(door: &str, chatbot: &str, ending: &watch::Receiver<bool>) -> Option<usize> {
    let mut line = Line::open(door, &format!("/v1/chatbots/{chatbot}/socket")).await.ok()?;
    line.says(&json!({ "id": 1, "connect": {} })).await?;
    reply_to(&mut line, 1).await?;
    let (mut command, mut refused) = (1, 0);
    while !*ending.borrow() {
        command += 1;
        let data = json!({ "id": format!("m{command}"), "text": "May I?" });
        line.says(&json!({ "id": command, "rpc": { "method": "message.send", "data": data } })).await?;
        let reply = reply_to(&mut line, command).await?;
        if reply["error"]["code"] == QUOTA_EXCEEDED {
            refused += 1;
            tokio::time::sleep(AGAIN).await;
        }
    }
    Some(refused)
}

async fn reply_to(line: &mut Line, command: u64) -> Option<Value> {
    let heard = async {
        loop {
            let frame = line.hears().await?;
            let objects = frame.lines().filter_map(|text| serde_json::from_str::<Value>(text).ok());
            if let Some(reply) = objects.into_iter().find(|object| object["id"] == command) {
                return Some(reply);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(3), heard).await.ok()?
}

async fn used(owner: &Api) -> Option<u64> {
    let answer = owner.ask("GET", "/v1/billing").await.filter(|answer| answer.status == 200)?;
    answer.json()["usage"]["answers"].as_u64()
}

/// How many answers are stored, over all conversations.
async fn answers(owner: &Api, chatbot: &str) -> u64 {
    let (mut cursor, mut answered) = (String::new(), BTreeSet::new());
    loop {
        let page = owner.get(&format!("/v1/chatbots/{chatbot}/sessions?limit=100{cursor}")).await.expect(200);
        for session in page["items"].as_array().expect("items") {
            let said = owner.history(session["id"].as_str().expect("an id")).await;
            let answers = said.iter().filter(|message| message["role"] == "assistant");
            answered.extend(answers.map(|message| message["message_id"].to_string()));
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return answered.len() as u64,
        }
    }
}
