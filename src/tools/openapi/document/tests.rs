//! Documents become tools, and arguments become requests.

use aihio_actors::model::{ToolHeader, ToolHeaders};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::crawl::SafeRequest;

fn shop() -> Value {
    json!({
        "openapi": "3.0.3",
        "servers": [{"url": "https://{region}.shop.example/v1/", "variables": {"region": {"default": "eu"}}}],
        "paths": {
            "/orders/{orderId}": {
                "parameters": [{"$ref": "#/components/parameters/OrderId"}],
                "get": {
                    "operationId": "getOrder",
                    "description": "Shows an order.",
                    "parameters": [
                        {"name": "fields", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                        {"name": "Authorization", "in": "header", "required": true, "schema": {"type": "string"}},
                        {"name": "x-visitor", "in": "header", "schema": {"type": "string"}}
                    ]
                },
                "post": {
                    "operationId": "changeOrder",
                    "requestBody": {"required": true, "content": {"application/json; charset=utf-8": {
                        "schema": {"$ref": "#/components/schemas/Change"}}}}
                }
            },
            "/search": {"get": {"parameters": [{"name": "q", "in": "query", "required": true, "schema": {"type": "string"}}]}},
            "/login": {"get": {"operationId": "login", "parameters": [
                {"name": "sid", "in": "cookie", "required": true, "schema": {"type": "string"}}]}}
        },
        "components": {
            "parameters": {"OrderId": {"name": "orderId", "in": "path", "required": true, "schema": {"type": "string"}}},
            "schemas": {"Change": {"type": "object", "required": ["state"], "properties": {
                "state": {"type": "string", "enum": ["cancelled"]}, "note": {"type": "string", "nullable": true}}}}
        }
    })
}

fn source(document: Value) -> OpenApiSource {
    let fixed = vec![ToolHeader { name: "Authorization".into(), ..ToolHeader::default() }];
    OpenApiSource {
        name: "shop".into(),
        document,
        base_url: None,
        operations: Vec::new(),
        methods: ToolMethods::Any,
        headers: ToolHeaders { fixed, visitor: Some("X-Visitor".into()) },
    }
}

fn request(id: &str, arguments: Value) -> Result<SafeRequest, String> {
    let api = Api::read(&source(shop())).unwrap();
    let Value::Object(arguments) = arguments else { panic!("an object") };
    api.find(id, ToolMethods::Any).unwrap().request(&api, &arguments)
}

fn url(id: &str, arguments: Value) -> String {
    request(id, arguments).unwrap().url.into()
}

#[test]
fn operations_become_tools_without_headers_that_are_the_owners() {
    let api = Api::read(&source(shop())).unwrap();
    let order = api.find("getOrder", ToolMethods::Get).unwrap();
    assert_eq!(order.description, "Shows an order.");
    assert_eq!(
        order.schema,
        json!({"type": "object", "required": ["orderId"], "additionalProperties": false, "properties": {
            "orderId": {"type": "string"},
            "fields": {"type": "array", "items": {"type": "string"}},
            "filter": {"type": "object"},
            "X-Trace": {"type": "string"}
        }})
    );
    let change = api.find("changeOrder", ToolMethods::Any).unwrap();
    assert_eq!(change.schema["properties"]["body"]["properties"]["note"]["type"], json!(["string", "null"]));
    assert_eq!(change.schema["required"], json!(["orderId", "body"]));
    assert!(api.find("get_search", ToolMethods::Get).is_ok(), "a name is made for what has none");
}

#[test]
fn a_document_may_be_text() {
    let api = Api::read(&source(Value::String(shop().to_string()))).unwrap();
    assert_eq!(api.base.as_str(), "https://eu.shop.example/v1");
}

#[test]
fn what_can_not_be_called_says_why() {
    let api = Api::read(&source(shop())).unwrap();
    let fault = |id: &str, methods| api.find(id, methods).err().unwrap();
    assert!(matches!(fault("changeOrder", ToolMethods::Get), DocumentFault::MethodNotAllowed { .. }));
    assert!(fault("login", ToolMethods::Any).to_string().contains("`sid` goes to `cookie`"));
    assert!(fault("getOrdr", ToolMethods::Any).to_string().contains("Did you mean `getOrder`?"));
    assert!(fault("qqq", ToolMethods::Any).to_string().contains("There are: "));
}

#[test]
fn arguments_go_where_they_belong() {
    assert_eq!(
        url("getOrder", json!({"orderId": "a/b c?", "fields": ["x", "y&z"], "filter": {"state": "open"}})),
        "https://eu.shop.example/v1/orders/a%2Fb%20c%3F?fields=x&fields=y%26z&filter%5Bstate%5D=open"
    );
    let sent = request("getOrder", json!({"orderId": 7, "X-Trace": "t"})).unwrap();
    assert_eq!((sent.url.path(), &sent.headers["x-trace"]), ("/v1/orders/7", &"t".parse().unwrap()));
    assert!(request("getOrder", json!({"orderId": 7, "X-Trace": "t\r\nHost: x"})).is_err());
    let sent = request("changeOrder", json!({"orderId": "7", "body": {"state": "cancelled"}})).unwrap();
    assert_eq!((sent.method, &sent.body[..]), (Method::POST, &b"{\"state\":\"cancelled\"}"[..]));
    assert_eq!(sent.headers["content-type"], "application/json");
}

proptest! {
    #[test]
    fn no_argument_leads_elsewhere(order in "(\\PC|\\.|/|%2e|\\\\|@|#){0,12}") {
        if let Ok(sent) = request("getOrder", json!({ "orderId": order })) {
            prop_assert_eq!(sent.url.host_str(), Some("eu.shop.example"));
            let segments: Vec<&str> = sent.url.path_segments().unwrap().collect();
            prop_assert_eq!(segments.len(), 3);
            prop_assert_eq!((segments[0], segments[1]), ("v1", "orders"));
            prop_assert_eq!((sent.url.query(), sent.url.fragment()), (None, None));
        }
    }
}
