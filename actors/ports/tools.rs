//! What models may call while they answer.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use crate::model::{ChatbotRecord, ToolStatus};

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolDefinition {
    /// Its name: 1 to 64 letters, digits, hyphens and underscores.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its arguments, as a JSON Schema of an object.
    pub parameters: Value,
}

/// A call that a model wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The model's name for the call.
    pub id: String,
    /// The tool's name, as the model writes it.
    pub name: String,
    /// The arguments in JSON, as the model writes them.
    pub arguments: String,
}

/// What came of a call, for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolOutput {
    /// How it went.
    pub status: ToolStatus,
    /// The result, or what is wrong.
    pub text: String,
}

impl ToolOutput {
    /// A call that was not made, and why.
    pub fn rejected(why: impl Into<String>) -> Self {
        Self { status: ToolStatus::Rejected, text: why.into() }
    }
}

/// What a model said and called in one go, with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolRound {
    /// What it said before the calls.
    pub said: String,
    /// Each call with its outcome, as the model is to read it.
    pub calls: Vec<(ToolCall, ToolOutput)>,
}

/// Whether a model may call tools in what it says next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MayCall {
    /// As it likes.
    #[default]
    Freely,
    /// It has called enough and must answer.
    NoMore,
}

/// The part of tools in what a model is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolUse {
    /// The tools; none where nothing may be called.
    pub offered: Arc<[ToolDefinition]>,
    /// Whether they may be called now.
    pub may_call: MayCall,
    /// What was called for this answer so far, oldest first.
    pub rounds: Vec<ToolRound>,
}

/// The tools of one chatbot for one visitor.
#[async_trait]
pub trait Toolbox: Send + Sync {
    /// What may be called.
    fn definitions(&self) -> Arc<[ToolDefinition]>;

    /// Calls a tool. What goes wrong is an outcome, for the model to read. Dropping the call ends it.
    async fn call(&self, call: &ToolCall) -> ToolOutput;
}

/// The tools of all chatbots.
#[async_trait]
pub trait Toolboxes: Send + Sync {
    /// Finds out what a chatbot's model may call now. Sources that can't be reached are left out. `visitor` is the
    /// proven id of who asks.
    async fn open(&self, chatbot: &ChatbotRecord, visitor: Option<&str>) -> Arc<dyn Toolbox>;
}

/// No tools for any chatbot.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoTools;

#[async_trait]
impl Toolboxes for NoTools {
    async fn open(&self, _: &ChatbotRecord, _: Option<&str>) -> Arc<dyn Toolbox> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Toolbox for NoTools {
    fn definitions(&self) -> Arc<[ToolDefinition]> {
        Arc::default()
    }

    async fn call(&self, call: &ToolCall) -> ToolOutput {
        ToolOutput::rejected(format!("There is no tool `{}`.", call.name))
    }
}
