//! The configuration's tools as OpenAPI describes them, held to the engine's types as the other sections are.

#![expect(dead_code, reason = "these types are described to clients and never made")]

use utoipa::ToSchema;

/// What a chatbot's model may call while it answers, and for whom.
#[derive(ToSchema)]
pub(crate) struct Tools {
    /// For whose questions tools may be called.
    #[schema(default = "members")]
    pub audience: ToolAudience,
    /// How often a model may call tools before it must answer.
    #[schema(minimum = 1, maximum = 10, default = 4)]
    pub rounds_max: u32,
    /// How long one call may take, in seconds.
    #[schema(minimum = 1, maximum = 60, default = 10)]
    pub call_seconds_max: u32,
    /// How much of one result a model is shown, in bytes.
    #[schema(minimum = 1024, maximum = 262144, default = 65536)]
    pub result_bytes_max: u32,
    /// Where tools come from.
    #[schema(max_items = 8)]
    pub sources: Vec<ToolSource>,
}

/// For whose questions tools may be called.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ToolAudience {
    /// Visitors whose site has signed who they are.
    Members,
    /// Anonymous visitors as well.
    Everyone,
}

/// Where tools come from.
#[derive(ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum ToolSource {
    /// An HTTP interface described by OpenAPI.
    #[serde(rename = "openapi")]
    OpenApi(OpenApiSource),
    /// A server of the Model Context Protocol.
    Mcp(McpSource),
}

/// Some operations of an HTTP interface.
#[derive(ToSchema)]
pub(crate) struct OpenApiSource {
    /// What it is called in the names of its tools.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,23}$")]
    pub name: String,
    /// The OpenAPI document, version 3.0 or 3.1: an object, or its JSON as text.
    #[schema(value_type = Object)]
    pub document: serde_json::Value,
    /// Where the interface is; the document's first server where this is left out.
    pub base_url: Option<String>,
    /// The operations that may be called, by `operationId`.
    #[schema(max_items = 64)]
    pub operations: Vec<String>,
    /// Which methods may be used.
    #[schema(default = "get")]
    pub methods: ToolMethods,
    /// What is sent with each call.
    pub headers: ToolHeaders,
}

/// Which methods of HTTP a model's calls may use.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ToolMethods {
    /// GET alone.
    Get,
    /// Any method that the document describes.
    Any,
}

/// Some tools of a server of the Model Context Protocol.
#[derive(ToSchema)]
pub(crate) struct McpSource {
    /// What it is called in the names of its tools.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,23}$")]
    pub name: String,
    /// The server's address, of the transport "Streamable HTTP".
    pub url: String,
    /// The tools that may be called, by the server's own names.
    #[schema(max_items = 64)]
    pub tools: Vec<String>,
    /// What is sent with each request.
    pub headers: ToolHeaders,
}

/// Headers of requests to a tool source.
#[derive(ToSchema)]
pub(crate) struct ToolHeaders {
    /// Headers that are the same for everybody.
    #[schema(max_items = 16)]
    pub fixed: Vec<ToolHeader>,
    /// The header that holds the proven id of the visitor who asks; not sent for anonymous visitors.
    pub visitor: Option<String>,
}

/// A header that is the same for everybody.
#[derive(ToSchema)]
pub(crate) struct ToolHeader {
    /// The header's name.
    pub name: String,
    /// Its value, as far as it is no secret.
    pub value: String,
    /// The name of the chatbot's secret that follows the value.
    pub secret: Option<String>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aihio_actors::model as engine;
    use serde_json::{Value, json};

    use super::*;

    fn described<T: utoipa::PartialSchema>() -> BTreeSet<String> {
        let schema = serde_json::to_value(T::schema()).unwrap();
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    fn keys(value: &Value) -> BTreeSet<String> {
        value.as_object().unwrap().keys().filter(|key| *key != "kind").cloned().collect()
    }

    #[test]
    fn tools_are_described_key_by_key() {
        let headers = json!({"fixed": [{"name": "a", "value": "b", "secret": "c"}], "visitor": "d"});
        let tools: engine::Tools = serde_json::from_value(json!({"sources": [
            {"kind": "openapi", "name": "a", "document": {}, "base_url": "b", "headers": headers},
            {"kind": "mcp", "name": "b", "url": "c", "headers": headers},
        ]}))
        .unwrap();
        let tools = serde_json::to_value(tools).unwrap();
        assert_eq!(described::<Tools>(), keys(&tools));
        assert_eq!(described::<OpenApiSource>(), keys(&tools["sources"][0]));
        assert_eq!(described::<McpSource>(), keys(&tools["sources"][1]));
        assert_eq!(described::<ToolHeaders>(), keys(&tools["sources"][0]["headers"]));
        assert_eq!(described::<ToolHeader>(), keys(&tools["sources"][0]["headers"]["fixed"][0]));
    }
}
