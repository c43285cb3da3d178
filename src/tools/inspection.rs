//! What an owner is shown of a chatbot's tools.

use serde::Serialize;
use serde_json::Value;

use super::catalogue::Catalogue;

/// A source of tools, looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Inspected {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: &'static str,
    /// What is wrong with it, and what to do.
    pub faults: Vec<String>,
    /// What it has.
    pub tools: Vec<FoundTool>,
}

/// A tool of a source.
#[derive(Debug, Clone, Serialize)]
pub struct FoundTool {
    /// What the source calls it: its `operationId`, or its name on the server.
    pub own_name: String,
    /// What models call it; none for one that they may not call.
    pub name: Option<String>,
    /// Whether models may call it.
    pub offered: bool,
    /// What it does, in its author's words.
    pub description: String,
    /// Its arguments, as a JSON Schema.
    pub parameters: Value,
    /// Why it can't be called by anybody.
    pub fault: Option<String>,
}

pub(super) fn inspected(catalogue: &Catalogue) -> Vec<Inspected> {
    let shown = catalogue.sources.iter().map(|source| Inspected {
        name: source.name.clone(),
        kind: source.kind,
        faults: source.faults.clone(),
        tools: source.found.clone(),
    });
    shown.collect()
}
