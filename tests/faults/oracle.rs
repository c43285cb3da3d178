//! The model: its answer follows from the question, and the seed decides how each call goes wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;

use super::checker::{Calls, Marker};
use super::seed::Dice;
use super::support::model::{self, Turn};
use super::support::server::Plan as Settings;
use super::support::stub::{Request, Stub, respond};

/// How one call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answers,
    Drips,
    Refuses(u16),
    Babbles,
    DiesHalfway,
    StallsAndDies,
    EndsTwice,
}

/// How many calls in a hundred go wrong.
const WRONG_PERCENT: u64 = 25;
/// How long a call stalls. Longer than anything else takes, shorter than any patience.
const STALL: Duration = Duration::from_millis(1_500);
const DRIP: Duration = Duration::from_millis(15);

/// The model.
#[derive(Debug)]
pub struct Oracle {
    stub: Stub,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug)]
struct Inside {
    dice: Dice,
    calls: Calls,
    faults: usize,
}

impl Oracle {
    /// Starts it.
    pub async fn start(dice: Dice) -> Self {
        let inside = Arc::new(Mutex::new(Inside { dice, calls: Calls::default(), faults: 0 }));
        let shared = Arc::clone(&inside);
        let stub = Stub::serve(move |request, stream| answer(Arc::clone(&shared), request, stream)).await;
        Self { stub, inside }
    }

    /// The settings by which a node finds it, as provider `oracle`.
    pub fn known_to(&self, settings: Settings) -> Settings {
        settings
            .with("AIHIO__LLM__ORACLE__KIND", "openai")
            .with("AIHIO__LLM__ORACLE__BASE_URL", format!("http://{}/v1", self.stub.address()))
            .with("AIHIO__LLM__ORACLE__API_KEY", "not-a-secret")
            .with("AIHIO__LLM__ORACLE__MODEL", "oracle-1")
    }

    /// What was asked of it so far.
    pub fn calls(&self) -> Calls {
        lock(&self.inside).calls.clone()
    }

    /// How many calls went wrong.
    pub fn faults(&self) -> usize {
        lock(&self.inside).faults
    }
}

fn lock(inside: &Mutex<Inside>) -> MutexGuard<'_, Inside> {
    inside.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inside {
    fn fate(&mut self) -> Fate {
        if !self.dice.percent(WRONG_PERCENT) {
            return if self.dice.percent(30) { Fate::Drips } else { Fate::Answers };
        }
        self.faults += 1;
        match self.dice.below(7) {
            0 => Fate::Refuses(429),
            1 => Fate::Refuses(500),
            2 => Fate::Refuses(503),
            3 => Fate::Babbles,
            4 => Fate::DiesHalfway,
            5 => Fate::EndsTwice,
            _ => Fate::StallsAndDies,
        }
    }

    /// Whom the prompt is about: the last question in it. Anything in it of somebody else is noted.
    fn reads(&mut self, body: &Value) -> Option<Marker> {
        let text = body["messages"].to_string();
        let asked = Marker::all(&text).last()?;
        let foreign = Marker::all(&text).find(|m| (m.tenant, m.visitor) != (asked.tenant, asked.visitor));
        self.calls.leaks.extend(foreign.map(|foreign| format!("{foreign} in a prompt of {asked}")));
        Some(asked)
    }
}

async fn answer(inside: Arc<Mutex<Inside>>, request: Request, mut stream: TcpStream) {
    let body = serde_json::from_str(&request.body).unwrap_or_default();
    let (asked, fate) = {
        let mut inside = lock(&inside);
        (inside.reads(&body), inside.fate())
    };
    let Some(asked) = asked else { return respond(&mut stream, "400 Bad Request", "", "").await };
    let words = model::words(&asked.answer());
    let half = words.iter().take(words.len() / 2).cloned().collect();
    match fate {
        Fate::Answers => model::plays(&mut stream, Turn::Says(words), Duration::ZERO).await,
        Fate::Drips => model::plays(&mut stream, Turn::Says(words), DRIP).await,
        Fate::EndsTwice => model::plays(&mut stream, Turn::EndsTwice(words), Duration::ZERO).await,
        Fate::Refuses(status) => model::plays(&mut stream, Turn::Fails(status), Duration::ZERO).await,
        Fate::Babbles => model::plays(&mut stream, Turn::Babbles, Duration::ZERO).await,
        Fate::DiesHalfway => model::plays(&mut stream, Turn::IsCutAfter(half), DRIP).await,
        Fate::StallsAndDies => tokio::time::sleep(STALL).await,
    }
    if matches!(fate, Fate::Answers | Fate::Drips | Fate::EndsTwice) {
        *lock(&inside).calls.completed.entry(asked.to_string()).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_about_its_last_question_and_a_foreign_one_is_noted() {
        let mut inside = Inside { dice: Dice::new(1), calls: Calls::default(), faults: 0 };
        let prompt = |text: &str| serde_json::json!({ "messages": [{ "role": "user", "content": text }] });
        let mine = Marker { tenant: 0, visitor: 1, number: 2 };
        assert_eq!(inside.reads(&prompt("#0.1.1# and #0.1.2#")), Some(mine));
        assert!(inside.calls.leaks.is_empty());
        inside.reads(&prompt("#1.7.1# and #0.1.2#"));
        assert_eq!(inside.calls.leaks.len(), 1);
    }

    #[test]
    fn every_fate_comes_with_the_dice() {
        let mut inside = Inside { dice: Dice::new(1), calls: Calls::default(), faults: 0 };
        let mut fates: BTreeMap<String, usize> = BTreeMap::new();
        (0..1_000).for_each(|_| *fates.entry(format!("{:?}", inside.fate())).or_default() += 1);
        assert_eq!(fates.len(), 9, "{fates:?}");
        let wrong: usize = fates
            .iter()
            .filter(|(fate, _)| !matches!(fate.as_str(), "Answers" | "Drips"))
            .map(|(_, n)| n)
            .sum();
        assert_eq!(wrong, inside.faults);
    }
}
