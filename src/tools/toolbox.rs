//! The tools of one chatbot for one visitor's question.

use std::sync::Arc;

use aihio_actors::model::{AccountId, ChatbotId, ChatbotRecord, ToolStatus};
use aihio_actors::ports::{ToolCall, ToolDefinition, ToolOutput, Toolbox};
use async_trait::async_trait;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use super::arguments;
use super::catalogue::{Catalogue, Means, Source, Tool};
use super::exchange::exchange;
use super::headers::{HeaderFault, ReadyHeaders};
use super::mcp::Connection;
use super::openapi::Api;
use super::shelf::World;

/// Calls what the catalogue holds, on behalf of one visitor.
pub(super) struct ChatbotToolbox {
    catalogue: Arc<Catalogue>,
    world: World,
    whose: (AccountId, ChatbotId),
    visitor: Option<String>,
    result_bytes_max: u32,
    /// The way to each source, made when it is first called.
    lines: Vec<OnceCell<Line>>,
}

/// The way to a source for this visitor.
struct Line {
    headers: ReadyHeaders,
    /// To a server of the Model Context Protocol; shared with no other visitor.
    connection: Option<Connection>,
}

impl ChatbotToolbox {
    pub(super) fn new(
        chatbot: &ChatbotRecord,
        visitor: Option<&str>,
        catalogue: Arc<Catalogue>,
        world: World,
    ) -> Self {
        Self {
            lines: catalogue.sources.iter().map(|_| OnceCell::new()).collect(),
            catalogue,
            world,
            whose: (chatbot.account_id, chatbot.chatbot_id),
            visitor: visitor.map(str::to_owned),
            result_bytes_max: chatbot.config.tools.result_bytes_max,
        }
    }

    async fn carry_out(&self, tool: &Tool, given: &str) -> ToolOutput {
        let given = match arguments::parse(&tool.definition.parameters, given) {
            Ok(given) => given,
            Err(wrong) => return ToolOutput::rejected(wrong),
        };
        let (Some(source), Some(cell)) =
            (self.catalogue.sources.get(tool.source), self.lines.get(tool.source))
        else {
            return ToolOutput::rejected("The tool has no source.");
        };
        match cell.get_or_try_init(|| self.line_to(source)).await {
            Ok(line) => self.call_over(line, source, tool, given).await,
            Err(fault) => ToolOutput::rejected(fault.to_string()),
        }
    }

    async fn line_to(&self, source: &Source) -> Result<Line, HeaderFault> {
        let visitor = self.visitor.as_deref();
        let headers = ReadyHeaders::new(&source.headers, self.whose, visitor, &*self.world.secrets).await?;
        let connection = match &source.means {
            Means::Mcp(url) => {
                Some(Connection::new(self.world.http.clone(), url.clone(), headers.map.clone()))
            }
            Means::OpenApi(_) | Means::Nothing => None,
        };
        Ok(Line { headers, connection })
    }

    async fn call_over(
        &self,
        line: &Line,
        source: &Source,
        tool: &Tool,
        given: Map<String, Value>,
    ) -> ToolOutput {
        match (&source.means, &line.connection) {
            (Means::OpenApi(api), _) => self.request(api, line, &tool.own_name, &given).await,
            (_, Some(connection)) => {
                let output = connection.call(&tool.own_name, given).await.unwrap_or_else(|fault| {
                    ToolOutput { status: ToolStatus::Failed, text: fault.to_string() }
                });
                ToolOutput { text: line.headers.redacted(output.text), ..output }
            }
            (Means::Mcp(_) | Means::Nothing, None) => ToolOutput::rejected("The tool can't be called."),
        }
    }

    async fn request(&self, api: &Api, line: &Line, id: &str, given: &Map<String, Value>) -> ToolOutput {
        let operation = api.operations.iter().flatten().find(|operation| operation.id == id);
        let request = operation.ok_or_else(|| "There is no such operation.".to_owned());
        match request.and_then(|operation| operation.request(api, given)) {
            Ok(request) => exchange(&self.world.http, request, &line.headers, self.result_bytes_max).await,
            Err(wrong) => ToolOutput::rejected(wrong),
        }
    }
}

#[async_trait]
impl Toolbox for ChatbotToolbox {
    fn definitions(&self) -> Arc<[ToolDefinition]> {
        Arc::clone(&self.catalogue.definitions)
    }

    async fn call(&self, call: &ToolCall) -> ToolOutput {
        let Some(tool) = self.catalogue.tools.iter().find(|tool| tool.definition.name == call.name) else {
            return ToolOutput::rejected("There is no such tool.");
        };
        let output = self.carry_out(tool, &call.arguments).await;
        // Answers that are stopped keep no receipt; what was called for them stands here.
        tracing::info!(chatbot.id = %self.whose.1, tool = call.name, status = ?output.status, "a tool was called");
        output
    }
}
