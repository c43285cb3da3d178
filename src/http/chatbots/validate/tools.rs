//! The rules of a chatbot's tools.

use std::collections::HashSet;

use aihio_actors::model::{ToolHeaders, ToolSource, Tools};
use url::Url;

use crate::error::FieldError;
use crate::http::field::{chars, within};
use crate::tools::{check_document, is_free_header, is_source_name};

/// Checks where tools come from and how far they may go. What the other side knows alone, such as the tools of a server,
/// only a trial can tell.
pub(super) fn check(tools: &Tools, errors: &mut Vec<FieldError>) {
    errors.extend(within("tools.rounds_max", &tools.rounds_max, &(1..=10)));
    errors.extend(within("tools.call_seconds_max", &tools.call_seconds_max, &(1..=60)));
    errors.extend(within("tools.result_bytes_max", &tools.result_bytes_max, &(1_024..=262_144)));
    errors.extend(within("tools.sources", &tools.sources.len(), &(0..=8)));
    let mut names = HashSet::new();
    for (nth, source) in tools.sources.iter().enumerate() {
        let place = format!("tools.sources.{nth}");
        if !is_source_name(source.name()) {
            let message = "Give 1 to 24 small letters, digits and underscores, a letter first.";
            errors.push(FieldError::new(format!("{place}.name"), message));
        }
        if !names.insert(source.name()) {
            errors.push(FieldError::new(format!("{place}.name"), "Another source has this name."));
        }
        check_headers(&format!("{place}.headers"), source.headers(), errors);
        check_source(&place, source, errors);
    }
}

fn check_source(place: &str, source: &ToolSource, errors: &mut Vec<FieldError>) {
    match source {
        ToolSource::OpenApi(source) => {
            errors.extend(within(&format!("{place}.operations"), &source.operations.len(), &(0..=64)));
            errors.extend(
                check_document(source)
                    .into_iter()
                    .map(|fault| FieldError::new(format!("{place}.{}", fault.key()), fault.to_string())),
            );
        }
        ToolSource::Mcp(source) => {
            errors.extend(within(&format!("{place}.tools"), &source.tools.len(), &(0..=64)));
            if !is_address(&source.url) {
                let message = "Give the server's address, such as https://shop.example/mcp.";
                errors.push(FieldError::new(format!("{place}.url"), message));
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
    })
}

fn check_headers(place: &str, headers: &ToolHeaders, errors: &mut Vec<FieldError>) {
    errors.extend(within(&format!("{place}.fixed"), &headers.fixed.len(), &(0..=16)));
    let mut names = HashSet::new();
    let fixed = headers.fixed.iter().enumerate();
    let fixed = fixed.map(|(nth, header)| (format!("{place}.fixed.{nth}.name"), header.name.as_str()));
    let visitor = headers.visitor.iter().map(|name| (format!("{place}.visitor"), name.as_str()));
    for (field, name) in fixed.chain(visitor) {
        if !is_free_header(name) {
            errors.push(FieldError::new(
                &field,
                "Give the name of a header that the exchange itself doesn't need.",
            ));
        }
        if !names.insert(name.to_lowercase()) {
            errors.push(FieldError::new(&field, "This header is set already."));
        }
    }
    for (nth, header) in headers.fixed.iter().enumerate() {
        errors.extend(chars(&format!("{place}.fixed.{nth}.value"), &header.value, 0..=2_000));
        if header.value.contains(['\r', '\n']) {
            errors.push(FieldError::new(format!("{place}.fixed.{nth}.value"), "A header has one line."));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn flaws(tools: Value) -> Vec<(String, String)> {
        let mut errors = Vec::new();
        check(&serde_json::from_value(tools).unwrap(), &mut errors);
        errors.into_iter().map(|error| (error.field, error.message)).collect()
    }

    fn openapi(change: Value) -> Value {
        let mut source = json!({
            "kind": "openapi", "name": "shop",
            "document": {"openapi": "3.1.0", "servers": [{"url": "https://shop.example"}], "paths": {
                "/orders/{id}": {"get": {"operationId": "getOrder"}, "delete": {"operationId": "cancelOrder"}}}}
        });
        for (key, value) in change.as_object().unwrap() {
            source[key] = value.clone();
        }
        json!({"sources": [source]})
    }

    #[test]
    fn operations_are_looked_up_and_named_where_they_are_meant() {
        assert_eq!(flaws(openapi(json!({"operations": ["getOrder"]}))), []);
        let wrong = flaws(openapi(json!({"operations": ["getOrders", "cancelOrder"]})));
        let (fields, messages): (Vec<_>, Vec<_>) = wrong.into_iter().unzip();
        assert_eq!(fields, ["tools.sources.0.operations", "tools.sources.0.operations"]);
        assert!(messages[0].contains("Did you mean `getOrder`?"), "{messages:?}");
        assert!(messages[1].contains("is a DELETE"), "{messages:?}");
        assert_eq!(flaws(openapi(json!({"operations": ["cancelOrder"], "methods": "any"}))), []);
    }

    #[test]
    fn documents_addresses_and_bounds_are_checked() {
        let field = |tools| flaws(tools).remove(0).0;
        assert_eq!(field(openapi(json!({"document": "openapi: 3.1.0"}))), "tools.sources.0.document");
        assert_eq!(field(openapi(json!({"document": {"swagger": "2.0"}}))), "tools.sources.0.document");
        assert_eq!(field(openapi(json!({"document": {"openapi": "3.0.3"}}))), "tools.sources.0.base_url");
        assert_eq!(field(openapi(json!({"base_url": "ftp://shop.example"}))), "tools.sources.0.base_url");
        assert_eq!(field(openapi(json!({"name": "The Shop"}))), "tools.sources.0.name");
        assert_eq!(field(json!({"rounds_max": 0})), "tools.rounds_max");
        let mcp = json!({"kind": "mcp", "name": "shop", "url": "shop.example"});
        assert_eq!(field(json!({ "sources": [mcp] })), "tools.sources.0.url");
    }

    #[test]
    fn headers_are_one_line_each_and_set_once() {
        let fixed = json!([{"name": "Host"}, {"name": "X-Key", "value": "a\nb"}, {"name": "x-key"}]);
        let fields: Vec<String> = flaws(openapi(json!({"headers": {"fixed": fixed}})))
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        let place = |rest: &str| format!("tools.sources.0.headers.fixed.{rest}");
        assert_eq!(fields, [place("0.name"), place("2.name"), place("1.value")]);
    }
}
