//! `POST /v1/chatbots/{chatbot_id}/tools/check`: what a chatbot's sources of tools have.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::evaluate::changed;
use super::schema;
use crate::error::ApiError;
use crate::http::json::OptionalJson;
use crate::http::member::Write;
use crate::http::owned::OwnedChatbot;
use crate::http::service::Service;
use crate::tools::{FoundTool, Inspected};

/// What to look at.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    /// A change to look at; what is in force when left out.
    #[schema(value_type = Option<schema::ChatbotChange>)]
    change: Option<Map<String, Value>>,
}

/// The sources of a chatbot's tools, looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct Checked {
    /// In the order of the configuration.
    items: Vec<CheckedSource>,
}

/// A source of tools, looked at.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedSource {
    /// What it is called.
    name: String,
    /// `openapi` or `mcp`.
    kind: &'static str,
    /// What is wrong with it, and what to do.
    faults: Vec<String>,
    /// What it has, whether it may be called or not.
    tools: Vec<CheckedTool>,
}

/// A tool of a source.
#[derive(Serialize, ToSchema)]
pub(crate) struct CheckedTool {
    /// What the source calls it; the name to allow it by.
    own_name: String,
    /// What models call it, where they may.
    name: Option<String>,
    /// Whether models may call it.
    offered: bool,
    /// What it does, in its author's words.
    description: String,
    /// Its arguments, as a JSON Schema.
    #[schema(value_type = Object)]
    parameters: Value,
    /// Why it can't be called by anybody.
    fault: Option<String>,
}

/// Check the tools
///
/// Reads the documents and asks the servers now, with their secrets. Nothing is called.
#[utoipa::path(tag = "chatbots", request_body(content = Option<Check>), responses(
    (status = 200, description = "What each source has, and what is wrong.", body = Checked),
))]
#[post("/v1/chatbots/{chatbot_id}/tools/check")]
pub(crate) async fn check_tools(
    owned: OwnedChatbot<Write>,
    service: web::Data<Service>,
    body: OptionalJson<Check>,
) -> Result<HttpResponse, ApiError> {
    let mut record = owned.chatbot.record.clone();
    if let Some(change) = body.0.change {
        record.config = changed(&owned.chatbot, &change, &service)?;
    }
    let sources = service.tools.inspect(&record).await;
    Ok(HttpResponse::Ok().json(Checked { items: sources.into_iter().map(CheckedSource::from).collect() }))
}

impl From<Inspected> for CheckedSource {
    fn from(Inspected { name, kind, faults, tools }: Inspected) -> Self {
        Self { name, kind, faults, tools: tools.into_iter().map(CheckedTool::from).collect() }
    }
}

impl From<FoundTool> for CheckedTool {
    fn from(found: FoundTool) -> Self {
        let FoundTool { own_name, name, offered, description, parameters, fault } = found;
        Self { own_name, name, offered, description, parameters, fault }
    }
}
