//! What goes on while things go wrong: visitors of two tenants, a person who takes over now and then, and somebody who
//! looks at the bills.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::cast::Cast;
use super::checker::{Account, Answering, Balance, Conversation, History, Stored};
use super::plan::{Fault, Plan};
use super::seed::Dice;
use super::support::api::Api;
use super::support::patience::PATIENCE;
use super::talk::role;
use super::visitor::{Ground, Place, Visitor};

/// Chance of the visitors and of the person: numbers that no other part of the run uses.
const VISITORS_PART: u64 = 1_000;
const PERSON_PART: u64 = 3;
/// How often the person does something, in milliseconds.
const PERSON_MS_MAX: u64 = 800;

/// An account with its chatbots.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The API, signed in as its owner.
    pub api: Api,
    /// Where its visitors go.
    pub places: Vec<Place>,
}

/// What goes on.
#[derive(Debug)]
pub struct Workload {
    tenants: Vec<Tenant>,
    ground: Arc<Ground>,
    visitors: Vec<JoinHandle<Vec<Conversation>>>,
    people: Vec<JoinHandle<Person>>,
}

/// Makes two tenants with a chatbot each that echoes, and one each that asks the model where there is one.
pub async fn tenants(cast: &Cast, with_model: bool) -> Vec<Tenant> {
    let owner = cast.nodes[0].server.owner().await;
    let other = cast.nodes[0].server.anyone().registered("other@example.org").await;
    let doors: Vec<String> = cast.nodes.iter().map(|node| node.door.address().to_owned()).collect();
    let mut tenants = Vec::new();
    for (tenant, api) in [owner, other].into_iter().enumerate() {
        let account = api.get("/v1/account").await.expect(200)["id"].as_str().expect("an id").to_owned();
        let place = |chatbot, answering| {
            let (doors, account) = (doors.clone(), account.clone());
            Place { doors, chatbot, account, tenant, answering }
        };
        let mut places = vec![place(api.echo_chatbot().await, Answering::Echo)];
        if with_model {
            places.push(place(api.model_chatbot("oracle").await, Answering::Model));
        }
        tenants.push(Tenant { api, places });
    }
    tenants
}

impl Workload {
    /// Sends so many visitors, in turn to each place, and where take-overs are asked for a person for each tenant.
    pub fn begin(tenants: Vec<Tenant>, ground: Arc<Ground>, visitors: usize, plan: &Plan) -> Self {
        let longest = tenants.iter().map(|tenant| tenant.places.len()).max().unwrap_or_default();
        let places: Vec<Place> = (0..longest)
            .flat_map(|n| tenants.iter().filter_map(move |tenant| tenant.places.get(n).cloned()))
            .collect();
        let visitor = |number: usize| {
            let dice = plan.dice(VISITORS_PART + number as u64);
            let place = places[number % places.len()].clone();
            tokio::spawn(Visitor::new(number, place, dice, Arc::clone(&ground)).stays())
        };
        let visitors = (0..visitors).map(visitor).collect();
        let each = plan.count(Fault::TakeOver).div_ceil(tenants.len());
        let person = |(number, tenant): (u64, &Tenant)| {
            let person = Person::new(tenant, plan.dice(PERSON_PART).part(number), each);
            tokio::spawn(person.works(Arc::clone(&ground)))
        };
        let people = (1..).zip(&tenants).map(person).collect();
        Self { tenants, ground, visitors, people }
    }

    /// Comes to an end: everybody stays until nothing is missing. Gives what was written down and what the public
    /// interface says, and how often somebody took over.
    pub async fn end(self) -> (History, usize) {
        self.ground.ending.send_replace(true);
        let mut history = History::default();
        for visitor in self.visitors {
            history.conversations.extend(visitor.await.expect("a visitor"));
        }
        let mut take_overs = 0;
        for (tenant, person) in self.people.into_iter().enumerate() {
            let person = person.await.expect("a person");
            take_overs += person.take_overs;
            let api = &self.tenants[tenant].api;
            let mut balances = person.balances;
            balances.extend(balance(api).await);
            let (billed, billed_in_period) = billed(api).await;
            history.accounts.push(Account { tenant, billed, billed_in_period, balances });
        }
        for conversation in &mut history.conversations {
            let said = self.tenants[conversation.tenant].api.history(&conversation.session).await;
            conversation.stored = said.iter().map(stored).collect();
        }
        (history, take_overs)
    }
}

fn stored(item: &Value) -> Stored {
    let text = |name: &str| item[name].as_str().map(str::to_owned);
    Stored {
        seq: item["seq"].as_u64().unwrap_or_default(),
        message_id: text("message_id").unwrap_or_default(),
        role: role(&item["role"]),
        text: text("text").unwrap_or_default(),
        client_id: text("client_id"),
        reply_to: text("reply_to"),
    }
}

/// How many answers were billed, ever and in the plan's current period.
async fn billed(api: &Api) -> (u64, u64) {
    // Clocks may have jumped over the end of a month, either way.
    let day = |days: i64| (chrono::Utc::now() + chrono::TimeDelta::days(days)).format("%Y-%m-%d");
    let usage = api.get(&format!("/v1/usage?by=day&from={}&to={}", day(-45), day(45))).await.expect(200);
    let billing = api.get("/v1/billing").await.expect(200);
    let began = billing["period"]["from"].as_str().expect("a moment").split('T').next().expect("a day");
    let answers = usage["items"].as_array().expect("items").iter().filter(|item| item["kind"] == "answer");
    let days = answers.map(|item| (item["day"].as_str(), item["amount"].as_u64().unwrap_or_default()));
    days.fold((0, 0), |(ever, in_period), (day, amount)| {
        let now = if day >= Some(began) { amount } else { 0 };
        (ever + amount, in_period + now)
    })
}

/// The balance, where the server answers.
async fn balance(api: &Api) -> Option<Balance> {
    let billing = api.ask("GET", "/v1/billing").await.filter(|answer| answer.status == 200)?.json();
    Some(Balance {
        used: billing["usage"]["answers"].as_u64()?,
        left: billing["usage"]["answers_left"].as_i64(),
        limit: billing["plan"]["answers_per_month"].as_u64(),
    })
}

/// A person of a tenant's team.
#[derive(Debug)]
struct Person {
    api: Api,
    chatbots: Vec<String>,
    dice: Dice,
    wanted: usize,
    take_overs: usize,
    balances: Vec<Balance>,
}

impl Person {
    fn new(tenant: &Tenant, dice: Dice, wanted: usize) -> Self {
        let chatbots = tenant.places.iter().map(|place| place.chatbot.clone()).collect();
        Self { api: tenant.api.clone(), chatbots, dice, wanted, take_overs: 0, balances: Vec::new() }
    }

    async fn works(mut self, ground: Arc<Ground>) -> Self {
        let mut ending = ground.ending.subscribe();
        while !*ending.borrow_and_update() {
            let pause = Duration::from_millis(self.dice.below(PERSON_MS_MAX));
            let _ = tokio::time::timeout(pause, ending.changed()).await;
            let balance = balance(&self.api).await;
            self.balances.extend(balance);
            if self.take_overs < self.wanted && self.takes_over().await.is_some() {
                self.take_overs += 1;
            }
        }
        self
    }

    /// Takes a conversation over for a moment.
    async fn takes_over(&mut self) -> Option<()> {
        let chatbot = &self.chatbots[self.dice.below(self.chatbots.len() as u64) as usize];
        let list = self.api.ask("GET", &format!("/v1/chatbots/{chatbot}/sessions?limit=20")).await?;
        let list = if list.status == 200 { list.json() } else { return None };
        let sessions = list["items"].as_array()?;
        let session =
            sessions.get(self.dice.below(sessions.len() as u64) as usize)?["id"].as_str()?.to_owned();
        let taken = self.api.ask("POST", &format!("/v1/sessions/{session}/takeover")).await?;
        tokio::time::sleep(Duration::from_millis(self.dice.below(200))).await;
        self.gives_back(&session).await;
        (taken.status == 200).then_some(())
    }

    /// Whatever happens meanwhile, a conversation is given back: its visitor waits for an answer.
    async fn gives_back(&self, session: &str) {
        let path = format!("/v1/sessions/{session}/release");
        let patience = Instant::now() + PATIENCE;
        while self.api.ask("POST", &path).await.is_none_or(|answer| answer.status != 200) {
            assert!(Instant::now() < patience, "conversation {session} can't be given back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
