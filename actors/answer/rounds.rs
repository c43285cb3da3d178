//! The tools of one answer: what may be called, how often, and what the calls have brought.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};

use super::prompt::fenced_result;
use crate::model::{ContentHash, ReceiptToolCall, ToolStatus, Tools, Visitor};
use crate::ports::{MayCall, ToolCall, ToolOutput, ToolRound, ToolUse, Toolbox, Toolboxes};

/// Calls of one round that are made; a model that wants more is told so.
const CALLS_MAX: usize = 8;
/// What follows a result that was too long.
const CUT_OFF: &str = "\n[the rest was cut off]";

/// Tools that may be called for a visitor's question.
#[derive(Clone)]
pub struct OfferedTools {
    toolboxes: Arc<dyn Toolboxes>,
    visitor: Option<String>,
}

impl OfferedTools {
    /// The tools for this visitor's questions; none where its owner does not admit the visitor to them.
    #[must_use]
    pub fn to(visitor: &Visitor, tools: &Tools, toolboxes: &Arc<dyn Toolboxes>) -> Option<Self> {
        let offered =
            || Self { toolboxes: Arc::clone(toolboxes), visitor: visitor.proven_id().map(str::to_owned) };
        tools.are_for(visitor).then(offered)
    }

    /// Finds out what may be called now; none where nothing may.
    pub(super) async fn open(&self, chatbot: &crate::model::ChatbotRecord) -> Option<Rounds> {
        let toolbox = self.toolboxes.open(chatbot, self.visitor.as_deref()).await;
        let bounds = Bounds::of(&chatbot.config.tools);
        (!toolbox.definitions().is_empty()).then(|| Rounds {
            toolbox,
            bounds,
            done: Vec::new(),
            account: Vec::new(),
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Bounds {
    rounds_max: u32,
    call_time_max: Duration,
    result_bytes_max: usize,
}

impl Bounds {
    fn of(tools: &Tools) -> Self {
        Self {
            rounds_max: tools.rounds_max,
            call_time_max: Duration::from_secs(tools.call_seconds_max.into()),
            result_bytes_max: usize::try_from(tools.result_bytes_max).unwrap_or(usize::MAX),
        }
    }
}

/// The rounds of calls of one answer. They outlive the model that wanted them: one that takes over reads what the calls
/// of the one before have brought, and nothing is done twice.
pub(super) struct Rounds {
    toolbox: Arc<dyn Toolbox>,
    bounds: Bounds,
    done: Vec<ToolRound>,
    account: Vec<ReceiptToolCall>,
}

impl Rounds {
    /// What a model is told of them.
    pub(super) fn told(&self) -> ToolUse {
        ToolUse { offered: self.toolbox.definitions(), may_call: self.may_call(), rounds: self.done.clone() }
    }

    /// Whether tools may be called now.
    pub(super) fn may_call(&self) -> MayCall {
        if self.count() < self.bounds.rounds_max { MayCall::Freely } else { MayCall::NoMore }
    }

    /// The calls so far, for the receipt.
    pub(super) fn account(&self) -> &[ReceiptToolCall] {
        &self.account
    }

    /// Makes the calls that a model wants, side by side, and keeps what they bring beside what it said.
    pub(super) async fn make(&mut self, said: String, calls: Vec<ToolCall>) {
        let round = self.count() + 1;
        let made = calls.into_iter().enumerate().map(|(nth, call)| self.call(nth, call));
        let made = join_all(made).await;
        let mut outcomes = Vec::with_capacity(made.len());
        for (call, output, took) in made {
            self.account.push(ReceiptToolCall {
                tool: shortened(&call.name),
                round,
                status: output.status,
                duration_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
                result_bytes: u64::try_from(output.text.len()).unwrap_or(u64::MAX),
                arguments_hash: arguments_hash(&call.arguments),
            });
            let text = fenced_result(&call.name, &output.text);
            outcomes.push((call, ToolOutput { text, ..output }));
        }
        self.done.push(ToolRound { said, calls: outcomes });
    }

    async fn call(&self, nth: usize, call: ToolCall) -> (ToolCall, ToolOutput, Duration) {
        let began = Instant::now();
        let output = match self.objection(nth, &call.name) {
            Some(why) => ToolOutput::rejected(why),
            None => timeout(self.bounds.call_time_max, self.toolbox.call(&call))
                .await
                .unwrap_or_else(|_| self.timed_out()),
        };
        let text = cut_to(self.bounds.result_bytes_max, output.text);
        (call, ToolOutput { text, ..output }, began.elapsed())
    }

    /// Why a call is not made. What a document or a result talks a model into ends here.
    fn objection(&self, nth: usize, tool: &str) -> Option<String> {
        let offered = self.toolbox.definitions();
        if !offered.iter().any(|known| known.name == tool) {
            let names: Vec<&str> = offered.iter().map(|known| known.name.as_str()).collect();
            return Some(format!("There is no such tool. Tools are: {}.", names.join(", ")));
        }
        (nth >= CALLS_MAX).then(|| format!("At most {CALLS_MAX} tools are called at once."))
    }

    fn timed_out(&self) -> ToolOutput {
        let seconds = self.bounds.call_time_max.as_secs();
        ToolOutput { status: ToolStatus::TimedOut, text: format!("No result came within {seconds} seconds.") }
    }

    fn count(&self) -> u32 {
        u32::try_from(self.done.len()).unwrap_or(u32::MAX)
    }
}

/// The text up to a border of characters, marked where something is missing.
fn cut_to(bytes_max: usize, mut text: String) -> String {
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
        text.push_str(CUT_OFF);
    }
    text
}

/// A name as the receipt keeps it: a model may write anything.
fn shortened(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

/// The hash of the arguments however the model has spaced and ordered them.
fn arguments_hash(arguments: &str) -> String {
    let canonical = serde_json::from_str(arguments).map(|value: serde_json::Value| value.to_string());
    let text = canonical.unwrap_or_else(|_| arguments.to_owned());
    ContentHash(Sha256::digest(text.as_bytes()).into()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_results_are_cut_between_characters_and_marked() {
        assert_eq!(cut_to(4, "abcd".into()), "abcd");
        assert_eq!(cut_to(4, "abcäö".into()), format!("abc{CUT_OFF}"));
        assert_eq!(cut_to(0, "x".into()), CUT_OFF);
    }

    #[test]
    fn arguments_are_hashed_whatever_their_order_and_spacing() {
        assert_eq!(arguments_hash(r#"{"a":1,"b":2}"#), arguments_hash(r#" {"b": 2, "a": 1}"#));
        assert_ne!(arguments_hash(r#"{"a":1}"#), arguments_hash(r#"{"a":2}"#));
        assert_ne!(arguments_hash("{no json"), arguments_hash("{"));
    }
}
