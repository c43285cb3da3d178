//! Tools that bring what a test wants.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::json;

use crate::model::{ChatbotRecord, ToolStatus};
use crate::ports::{ToolCall, ToolDefinition, ToolOutput, Toolbox, Toolboxes};

#[derive(Default)]
struct Script {
    called: Vec<String>,
    given_up: usize,
    visitors: Vec<Option<String>>,
}

/// Two tools: `look` says its arguments back, `wait` never says anything.
#[derive(Clone, Default)]
pub struct ScriptedTools(Arc<Mutex<Script>>);

impl ScriptedTools {
    /// The arguments of all calls that were begun.
    #[must_use]
    pub fn called(&self) -> Vec<String> {
        self.script().called.clone()
    }

    /// How many calls were dropped before they brought anything.
    #[must_use]
    pub fn given_up(&self) -> usize {
        self.script().given_up
    }

    /// For whom tools were asked for.
    #[must_use]
    pub fn visitors(&self) -> Vec<Option<String>> {
        self.script().visitors.clone()
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a call that is dropped.
struct Waiting<'a>(&'a ScriptedTools);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.script().given_up += 1;
    }
}

#[async_trait]
impl Toolboxes for ScriptedTools {
    async fn open(&self, _: &ChatbotRecord, visitor: Option<&str>) -> Arc<dyn Toolbox> {
        self.script().visitors.push(visitor.map(str::to_owned));
        Arc::new(self.clone())
    }
}

#[async_trait]
impl Toolbox for ScriptedTools {
    fn definitions(&self) -> Arc<[ToolDefinition]> {
        let tool = |name: &str| ToolDefinition {
            name: name.into(),
            description: String::new(),
            parameters: json!({"type": "object"}),
        };
        Arc::new([tool("look"), tool("wait")])
    }

    async fn call(&self, call: &ToolCall) -> ToolOutput {
        self.script().called.push(call.arguments.clone());
        if call.name == "wait" {
            let _waiting = Waiting(self);
            std::future::pending::<()>().await;
        }
        ToolOutput { status: ToolStatus::Succeeded, text: call.arguments.clone() }
    }
}
