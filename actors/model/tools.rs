//! What a chatbot's model may call while it answers.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Visitor;

/// The tools of a chatbot, and for whom they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tools {
    /// For whose questions they may be called.
    pub audience: ToolAudience,
    /// How often a model may call tools before it must answer.
    pub rounds_max: u32,
    /// How long one call may take, in seconds.
    pub call_seconds_max: u32,
    /// How much of one result a model is shown, in bytes.
    pub result_bytes_max: u32,
    /// Where the tools come from.
    pub sources: Vec<ToolSource>,
}

impl Default for Tools {
    fn default() -> Self {
        Self {
            audience: ToolAudience::Members,
            rounds_max: 4,
            call_seconds_max: 10,
            result_bytes_max: 64 << 10,
            sources: Vec::new(),
        }
    }
}

impl Tools {
    /// Whether they are as they were before an owner changed anything.
    #[must_use]
    pub fn are_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether tools may be called for this visitor's questions.
    #[must_use]
    pub fn are_for(&self, visitor: &Visitor) -> bool {
        !self.sources.is_empty() && (self.audience == ToolAudience::Everyone || visitor.proven_id().is_some())
    }
}

/// For whose questions tools may be called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolAudience {
    /// Visitors whose site has signed who they are.
    #[default]
    Members,
    /// Anonymous visitors as well.
    Everyone,
}

/// Where tools come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToolSource {
    /// An HTTP interface described by OpenAPI.
    #[serde(rename = "openapi")]
    OpenApi(OpenApiSource),
    /// A server of the Model Context Protocol.
    Mcp(McpSource),
}

impl ToolSource {
    /// What it is called in the names of its tools.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::OpenApi(source) => &source.name,
            Self::Mcp(source) => &source.name,
        }
    }

    /// What it is told of who asks.
    #[must_use]
    pub const fn headers(&self) -> &ToolHeaders {
        match self {
            Self::OpenApi(source) => &source.headers,
            Self::Mcp(source) => &source.headers,
        }
    }
}

/// Some operations of an HTTP interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenApiSource {
    /// What it is called in the names of its tools.
    pub name: String,
    /// The OpenAPI document, version 3.0 or 3.1: an object, or its JSON as text.
    pub document: Value,
    /// Where the interface is; the document's first server where this is left out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub base_url: Option<String>,
    /// The operations that may be called, by `operationId`.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Whether operations may change something.
    #[serde(default)]
    pub methods: ToolMethods,
    /// What is sent with each call.
    #[serde(default)]
    pub headers: ToolHeaders,
}

/// Which methods of HTTP a model's calls may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolMethods {
    /// GET, which changes nothing (RFC 9110, section 9.2.1).
    #[default]
    Get,
    /// Any method that the document describes.
    Any,
}

/// Some tools of a server of the Model Context Protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct McpSource {
    /// What it is called in the names of its tools.
    pub name: String,
    /// The server's address, of the transport "Streamable HTTP".
    pub url: String,
    /// The tools that may be called, by the server's own names.
    #[serde(default)]
    pub tools: Vec<String>,
    /// What is sent with each request.
    #[serde(default)]
    pub headers: ToolHeaders,
}

/// Headers of requests to a tool source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolHeaders {
    /// Headers that are the same for everybody.
    pub fixed: Vec<ToolHeader>,
    /// The header that holds the proven id of the visitor who asks. It is not sent for anonymous visitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor: Option<String>,
}

/// A header that is the same for everybody. Its secret part is kept elsewhere and named here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolHeader {
    /// The header's name.
    pub name: String,
    /// Its value, as far as it is no secret.
    #[serde(default)]
    pub value: String,
    /// The name of the chatbot's secret that follows the value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secret: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tools(audience: ToolAudience, sources: usize) -> Tools {
        let source = McpSource {
            name: "shop".into(),
            url: "https://shop.example/mcp".into(),
            tools: Vec::new(),
            headers: ToolHeaders::default(),
        };
        Tools { audience, sources: vec![ToolSource::Mcp(source); sources], ..Tools::default() }
    }

    fn visitor(id: Option<&str>, hash: Option<&str>) -> Visitor {
        Visitor { id: id.map(str::to_owned), hash: hash.map(str::to_owned), ..Visitor::default() }
    }

    #[test]
    fn anonymous_visitors_have_no_tools_unless_the_owner_says_so() {
        let member = visitor(Some("42"), Some("proof"));
        for stranger in [visitor(None, None), visitor(Some("42"), None)] {
            assert!(!tools(ToolAudience::default(), 1).are_for(&stranger));
            assert!(tools(ToolAudience::Everyone, 1).are_for(&stranger));
        }
        assert!(tools(ToolAudience::default(), 1).are_for(&member));
        assert!(!tools(ToolAudience::Everyone, 0).are_for(&member), "there are none");
    }

    #[test]
    fn a_source_is_written_by_its_kind_and_knows_no_other_keys() {
        let json = json!({"kind": "openapi", "name": "shop", "document": {"openapi": "3.1.0"},
            "headers": {"fixed": [{"name": "Authorization", "value": "Bearer ", "secret": "token"}]}});
        let source: ToolSource = serde_json::from_value(json).unwrap();
        assert_eq!(source.name(), "shop");
        assert!(matches!(&source, ToolSource::OpenApi(openapi) if openapi.methods == ToolMethods::Get));
        for wrong in [
            json!({"kind": "soap", "name": "shop"}),
            json!({"kind": "mcp", "name": "shop", "url": "https://shop.example", "document": {}}),
            json!({"kind": "mcp", "url": "https://shop.example"}),
        ] {
            assert!(serde_json::from_value::<ToolSource>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
