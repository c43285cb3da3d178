//! Not an answer too many and none too few: under a storm of questions, over two processes, and after a kill.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::Folder;
use crate::support::api::Api;
use crate::support::patience::until;
use crate::support::postgres;
use crate::support::server::{Plan, Server};
use crate::support::visitor::Visitor;

const QUOTA_EXCEEDED: u64 = 1002;
/// Sockets that send at the same time.
const VISITORS: usize = 100;
/// What they send together.
const QUESTIONS: usize = 10_000;

/// A plan of so many answers a month, for every account of a server.
struct Allowance {
    folder: Folder,
}

impl Allowance {
    fn of(answers: u64) -> Self {
        let folder = Folder::new();
        let plans = format!("[tiny]\nname = \"Tiny\"\nanswers_per_month = {answers}\n");
        std::fs::write(folder.path().join("plans.toml"), plans).unwrap();
        Self { folder }
    }

    fn given_to(&self, plan: Plan) -> Plan {
        plan.with("AIHIO__BILLING__PLANS_FILE", self.folder.path().join("plans.toml").display().to_string())
            .with("AIHIO__BILLING__DEFAULT_PLAN", "tiny")
            .with("AIHIO__BILLING__CREDIT_LEASE_SECONDS", "2")
    }
}

/// What became of many questions.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcomes {
    accepted: usize,
    refused: BTreeMap<u64, usize>,
}

impl Outcomes {
    fn sum(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::default(), |mut sum, outcomes| {
            sum.accepted += outcomes.accepted;
            for (code, count) in outcomes.refused {
                *sum.refused.entry(code).or_default() += count;
            }
            sum
        })
    }
}

/// Sends questions without waiting between them.
async fn storms(visitor: &mut Visitor, questions: usize) -> Outcomes {
    for number in 0..questions {
        let data = json!({ "id": format!("storm-{number}"), "text": "Me?" });
        visitor.begins(json!({ "rpc": { "method": "message.send", "data": data } })).await;
    }
    let mut outcomes = Outcomes::default();
    for reply in visitor.replies(questions).await.values() {
        match reply["error"]["code"].as_u64() {
            None => outcomes.accepted += 1,
            Some(code) => *outcomes.refused.entry(code).or_default() += 1,
        }
    }
    outcomes
}

async fn visitors(server: &Server, chatbot: &str, count: usize) -> Vec<Visitor> {
    let mut visitors = Vec::new();
    for _ in 0..count {
        visitors.push(Visitor::connects(server, chatbot).await);
    }
    visitors
}

/// All of them at once.
async fn storm(visitors: &mut [Visitor], questions_each: usize) -> Outcomes {
    Outcomes::sum(join_all(visitors.iter_mut().map(|visitor| storms(visitor, questions_each))).await)
}

/// Answers that are stored, waiting until there are as many.
async fn answers_are(owner: &Api, expected: u64) {
    let answers = async || owner.get("/v1/billing").await.expect(200)["usage"]["answers"].as_u64().unwrap();
    until("the answers to be stored", async || (answers().await >= expected).then_some(())).await;
    assert_eq!(answers().await, expected);
}

#[tokio::test]
async fn of_ten_thousand_who_want_the_last_credit_at_once_exactly_one_gets_it() {
    let allowance = Allowance::of(2);
    let server = allowance.given_to(Server::plan()).start().await;
    let owner = server.owner().await;
    let chatbot = owner.echo_chatbot().await;
    owner.asks(&chatbot, "the first").await;
    answers_are(&owner, 1).await;

    let mut visitors = visitors(&server, &chatbot, VISITORS).await;
    let outcomes = storm(&mut visitors, QUESTIONS / VISITORS).await;
    let refused = BTreeMap::from([(QUOTA_EXCEEDED, QUESTIONS - 1)]);
    assert_eq!(outcomes, Outcomes { accepted: 1, refused });
    answers_are(&owner, 2).await;
}

#[tokio::test]
async fn two_processes_on_one_database_answer_exactly_as_often_as_the_plan_says() {
    let allowance = Allowance::of(100);
    let database = postgres::empty().await;
    let plan = || allowance.given_to(Server::plan()).with("AIHIO__DATABASE__URL", database.clone());
    let first = plan().start().await;
    let owner = first.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let second = plan().start().await;

    let mut left = visitors(&first, &chatbot, 20).await;
    let mut right = visitors(&second, &chatbot, 20).await;
    let (left, right) = tokio::join!(storm(&mut left, 10), storm(&mut right, 10));
    assert!(left.accepted > 0 && right.accepted > 0, "{left:?} {right:?}");
    let refused = BTreeMap::from([(QUOTA_EXCEEDED, 300)]);
    assert_eq!(Outcomes::sum([left, right]), Outcomes { accepted: 100, refused });
    answers_are(&owner, 100).await;
}

#[tokio::test]
async fn a_credit_that_another_process_does_not_use_is_given_to_whoever_asks() {
    let allowance = Allowance::of(8);
    let database = postgres::empty().await;
    let plan = || allowance.given_to(Server::plan()).with("AIHIO__DATABASE__URL", database.clone());
    let first = plan().with("AIHIO__BILLING__CREDIT_LEASE_SECONDS", "600").start().await;
    let owner = first.owner().await;
    let chatbot = owner.echo_chatbot().await;
    let second = plan().start().await;
    // The first one claims two and uses one.
    Visitor::connects(&first, &chatbot).await.asks("One?").await;
    let mut visitor = Visitor::connects(&second, &chatbot).await;
    for number in 0..7 {
        visitor.sends(&format!("m{number}"), "Me?").await.unwrap();
    }
    let refusal = visitor.sends("one too many", "Me?").await.unwrap_err();
    assert_eq!(refusal["code"], QUOTA_EXCEEDED);
    answers_are(&owner, 8).await;
}

#[tokio::test]
async fn the_credits_of_a_process_that_was_killed_can_all_be_used() {
    let allowance = Allowance::of(40);
    let database = postgres::empty().await;
    let plan = || allowance.given_to(Server::plan()).with("AIHIO__DATABASE__URL", database.clone());
    let mut killed = plan().start().await;
    let chatbot = killed.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&killed, &chatbot).await;
    visitor.asks("One?").await;
    visitor.sees_answer().await;
    killed.kill();

    let other = plan().start().await;
    uses_up(&other, &chatbot, 39).await;
}

#[tokio::test]
async fn on_sqlite_the_credits_of_a_killed_process_are_there_when_it_is_back() {
    let allowance = Allowance::of(40);
    let mut server = allowance.given_to(Server::plan()).start().await;
    let chatbot = server.owner().await.echo_chatbot().await;
    let mut visitor = Visitor::connects(&server, &chatbot).await;
    visitor.asks("One?").await;
    visitor.sees_answer().await;
    server.restart().await;
    uses_up(&server, &chatbot, 39).await;
}

/// Asks until as many were answered as there are credits left, and once more.
async fn uses_up(server: &Server, chatbot: &str, left: usize) {
    let mut visitor = Visitor::connects(server, chatbot).await;
    for number in 0..left {
        let accepted =
            until("a free credit", async || visitor.sends(&format!("m{number}"), "Me?").await.ok());
        accepted.await;
    }
    let refusal: Value = visitor.sends("one too many", "Me?").await.unwrap_err();
    assert_eq!(refusal["code"], QUOTA_EXCEEDED);
}
