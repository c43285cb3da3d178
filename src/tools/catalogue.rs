//! What a chatbot's sources have, and what of it its model may call.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use aihio_actors::model::{ChatbotRecord, McpSource, OpenApiSource, ToolHeaders, ToolSource};
use aihio_actors::ports::ToolDefinition;
use tokio::time::Instant;
use url::Url;

use super::headers::ReadyHeaders;
use super::inspection::FoundTool;
use super::mcp::{Connection, McpTool};
use super::naming::tool_name;
use super::openapi::{Api, DocumentFault};
use super::shelf::World;

/// How long it stands before servers are asked again for their tools.
const FRESH: Duration = Duration::from_secs(300);
/// How long it stands where a source could not be read.
const FRESH_IF_FAULTY: Duration = Duration::from_secs(30);
/// How long a server may take to list its tools: a visitor waits for it.
const LISTING: Duration = Duration::from_secs(10);

/// The tools of a chatbot under one version of its configuration.
pub(super) struct Catalogue {
    pub(super) sources: Vec<Source>,
    /// What may be called.
    pub(super) tools: Vec<Tool>,
    /// The same as models are told of it.
    pub(super) definitions: Arc<[ToolDefinition]>,
    until: Instant,
}

/// One source.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) headers: ToolHeaders,
    pub(super) means: Means,
    /// What is wrong with it as a whole.
    pub(super) faults: Vec<String>,
    pub(super) found: Vec<FoundTool>,
}

/// How a source's tools are called.
pub(super) enum Means {
    /// As HTTP describes.
    OpenApi(Api),
    /// By the Model Context Protocol, at an address.
    Mcp(Url),
    /// Not at all.
    Nothing,
}

/// A tool that may be called.
pub(super) struct Tool {
    pub(super) definition: ToolDefinition,
    /// The place of its source.
    pub(super) source: usize,
    /// What the source calls it.
    pub(super) own_name: String,
}

impl Catalogue {
    /// Reads documents, and asks servers, all at once.
    pub(super) async fn read(chatbot: &ChatbotRecord, world: &World) -> Self {
        let sources = chatbot.config.tools.sources.iter().map(|source| async move {
            match source {
                ToolSource::OpenApi(source) => read_document(source),
                ToolSource::Mcp(source) => ask_server(source, chatbot, world).await,
            }
        });
        Self::of(futures_util::future::join_all(sources).await)
    }

    fn of(mut sources: Vec<Source>) -> Self {
        let (mut taken, mut tools) = (HashSet::new(), Vec::new());
        for (place, source) in sources.iter_mut().enumerate() {
            for found in source.found.iter_mut().filter(|found| found.offered) {
                let name = tool_name(&source.name, &found.own_name, &mut taken);
                found.name = Some(name.clone());
                let definition = ToolDefinition {
                    name,
                    description: found.description.clone(),
                    parameters: found.parameters.clone(),
                };
                tools.push(Tool { definition, source: place, own_name: found.own_name.clone() });
            }
        }
        let faulty = sources.iter().any(|source| !source.faults.is_empty());
        Self {
            definitions: tools.iter().map(|tool| tool.definition.clone()).collect(),
            until: Instant::now() + if faulty { FRESH_IF_FAULTY } else { FRESH },
            sources,
            tools,
        }
    }

    /// Whether it still stands.
    pub(super) fn is_fresh(&self) -> bool {
        Instant::now() < self.until
    }
}

fn read_document(source: &OpenApiSource) -> Source {
    let mut read = Source {
        name: source.name.clone(),
        kind: "openapi",
        headers: source.headers.clone(),
        means: Means::Nothing,
        faults: Vec::new(),
        found: Vec::new(),
    };
    match Api::read(source) {
        Err(fault) => read.faults.push(fault.to_string()),
        Ok(api) => {
            let wanted = source.operations.iter().map(|id| (id, api.find(id, source.methods)));
            let (allowed, faults): (Vec<_>, Vec<_>) = wanted.partition(|(_, found)| found.is_ok());
            let allowed: HashSet<&str> = allowed.into_iter().map(|(id, _)| id.as_str()).collect();
            read.faults.extend(faults.into_iter().filter_map(|(_, found)| Some(found.err()?.to_string())));
            read.found =
                api.operations.iter().filter_map(|operation| found_operation(operation, &allowed)).collect();
            read.means = Means::OpenApi(api);
        }
    }
    read
}

fn found_operation(
    operation: &Result<super::openapi::Operation, DocumentFault>,
    allowed: &HashSet<&str>,
) -> Option<FoundTool> {
    match operation {
        Ok(operation) => Some(FoundTool {
            own_name: operation.id.clone(),
            name: None,
            offered: allowed.contains(operation.id.as_str()),
            description: operation.description.clone(),
            parameters: operation.schema.clone(),
            fault: None,
        }),
        Err(DocumentFault::Unsupported { id, why }) => Some(FoundTool {
            own_name: id.clone(),
            name: None,
            offered: false,
            description: String::new(),
            parameters: serde_json::Value::Null,
            fault: Some(why.clone()),
        }),
        Err(_) => None,
    }
}

async fn ask_server(source: &McpSource, chatbot: &ChatbotRecord, world: &World) -> Source {
    let mut asked = Source {
        name: source.name.clone(),
        kind: "mcp",
        headers: source.headers.clone(),
        means: Url::parse(&source.url).map_or(Means::Nothing, Means::Mcp),
        faults: Vec::new(),
        found: Vec::new(),
    };
    match tokio::time::timeout(LISTING, list(source, chatbot, world)).await {
        Ok(Ok(tools)) => {
            let known: HashSet<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
            let missing = source.tools.iter().filter(|name| !known.contains(name.as_str()));
            asked.faults.extend(missing.map(|name| format!("The server has no tool `{name}`.")));
            asked.found = tools.into_iter().map(|tool| found_tool(tool, &source.tools)).collect();
        }
        Ok(Err(fault)) => asked.faults.push(fault),
        Err(_) => asked.faults.push(format!("The server did not list its tools within {LISTING:?}.")),
    }
    if let [fault, ..] = &asked.faults[..] {
        tracing::warn!(chatbot.id = %chatbot.chatbot_id, source = source.name, fault, "a source of tools is at fault");
    }
    asked
}

/// The tools that a server lists, whoever asks: a visitor's name is not told for it.
async fn list(source: &McpSource, chatbot: &ChatbotRecord, world: &World) -> Result<Vec<McpTool>, String> {
    let whose = (chatbot.account_id, chatbot.chatbot_id);
    let headers = ReadyHeaders::new(&source.headers, whose, None, &*world.secrets);
    let headers = headers.await.map_err(|fault| fault.to_string())?;
    let url = Url::parse(&source.url).map_err(|_| "The address can't be understood.".to_owned())?;
    let connection = Connection::new(world.http.clone(), url, headers.map.clone());
    connection.tools().await.map_err(|fault| headers.redacted(fault.to_string()))
}

fn found_tool(tool: McpTool, allowed: &[String]) -> FoundTool {
    FoundTool {
        offered: allowed.contains(&tool.name),
        own_name: tool.name,
        name: None,
        description: tool.description,
        parameters: tool.schema,
        fault: None,
    }
}
