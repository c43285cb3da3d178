//! The schemas of an OpenAPI document as a model is shown them: references filled in, the words of OpenAPI 3.0 in those of
//! JSON Schema, and no more than a model has use for.

use serde_json::{Map, Value};

/// References that are followed inside of one another.
const DEPTH_MAX: usize = 24;
/// Values in the schema of one operation; beyond that anything is allowed, and the other side checks.
const VALUES_MAX: usize = 4_000;
/// What says nothing about which values there are.
const DROPPED: [&str; 9] = [
    "deprecated",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "readOnly",
    "writeOnly",
    "xml",
];
/// Keys whose values are schemas by name: names are not words of the language.
const BY_NAME: [&str; 3] = ["properties", "patternProperties", "dependentSchemas"];
/// Keys whose values are data.
const DATA: [&str; 4] = ["enum", "const", "default", "required"];

/// Fills in references inside of one document.
pub(super) struct Resolver<'a> {
    document: &'a Value,
    values: usize,
    trail: Vec<&'a str>,
}

impl<'a> Resolver<'a> {
    pub(super) const fn new(document: &'a Value) -> Self {
        Self { document, values: 0, trail: Vec::new() }
    }

    /// What a value refers to, if it does: parameters and bodies may stand elsewhere in the document.
    pub(super) fn target(&self, mut value: &'a Value) -> &'a Value {
        for _ in 0..DEPTH_MAX {
            match reference(value).and_then(|reference| self.find(reference)) {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }

    /// A schema with nothing referred to. Where it would go round in a circle, anything is allowed.
    pub(super) fn schema(&mut self, schema: &'a Value) -> Value {
        self.values += 1;
        if self.values > VALUES_MAX {
            return Value::Object(Map::new());
        }
        match (schema, reference(schema)) {
            (_, Some(reference)) => self.referred(reference),
            (Value::Object(rules), None) => Value::Object(self.rules(rules)),
            (Value::Array(items), None) => items.iter().map(|item| self.schema(item)).collect(),
            (plain, None) => plain.clone(),
        }
    }

    fn referred(&mut self, reference: &'a str) -> Value {
        let circles = self.trail.contains(&reference) || self.trail.len() >= DEPTH_MAX;
        let Some(target) = self.find(reference).filter(|_| !circles) else {
            return Value::Object(Map::new());
        };
        self.trail.push(reference);
        let resolved = self.schema(target);
        self.trail.pop();
        resolved
    }

    fn rules(&mut self, rules: &'a Map<String, Value>) -> Map<String, Value> {
        let mut resolved = Map::new();
        for (key, value) in rules {
            if DROPPED.contains(&key.as_str()) || key.starts_with("x-") {
                continue;
            }
            let value = match value {
                Value::Object(named) if BY_NAME.contains(&key.as_str()) => {
                    named.iter().map(|(name, schema)| (name.clone(), self.schema(schema))).collect()
                }
                data if DATA.contains(&key.as_str()) => data.clone(),
                // OpenAPI 3.0 says with them how `minimum` is meant; JSON Schema wants numbers.
                Value::Bool(_) if key.starts_with("exclusive") => continue,
                other => self.schema(other),
            };
            resolved.insert(key.clone(), value);
        }
        if rules.get("nullable") == Some(&Value::Bool(true)) {
            let nullable = resolved.get("type").filter(|kind| kind.is_string()).cloned();
            if let Some(kind) = nullable {
                resolved.insert("type".into(), Value::Array(vec![kind, "null".into()]));
            }
        }
        resolved
    }

    /// Only what is in the document itself: nothing is fetched.
    fn find(&self, reference: &str) -> Option<&'a Value> {
        let pointer = reference.strip_prefix('#')?;
        let decoded = percent_decoded(pointer);
        self.document.pointer(&decoded)
    }
}

fn reference(value: &Value) -> Option<&str> {
    value.get("$ref").and_then(Value::as_str)
}

/// A pointer as it stands in a URI fragment (RFC 6901, section 6).
fn percent_decoded(pointer: &str) -> String {
    let name = format!("p={}", pointer.replace('+', "%2B"));
    url::form_urlencoded::parse(name.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn resolved(document: &Value, schema: &Value) -> Value {
        // Both live as long as the resolver.
        Resolver { document, values: 0, trail: Vec::new() }.schema(schema)
    }

    #[test]
    fn references_are_filled_in_and_old_words_translated() {
        let document = json!({"components": {"schemas": {
            "Or/der~": {"type": "object", "properties": {"example": {"$ref": "#/components/schemas/Id"}}},
            "Id": {"type": "string", "nullable": true, "example": "7", "x-secret": 1}
        }}});
        let schema = json!({"$ref": "#/components/schemas/Or~1der~0"});
        let expected = json!({"type": "object", "properties": {"example": {"type": ["string", "null"]}}});
        assert_eq!(resolved(&document, &schema), expected);
    }

    #[test]
    fn circles_and_references_to_nowhere_or_elsewhere_allow_anything() {
        let document = json!({"components": {"schemas": {
            "Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
        }}});
        let expected = json!({"type": "object", "properties": {"next": {}}});
        assert_eq!(resolved(&document, &json!({"$ref": "#/components/schemas/Node"})), expected);
        for nowhere in ["#/components/schemas/None", "https://evil.example/schema.json", "file:///etc/passwd"]
        {
            assert_eq!(resolved(&document, &json!({ "$ref": nowhere })), json!({}));
        }
    }

    #[test]
    fn references_that_multiply_have_an_end() {
        let level = |next: u32| {
            let next = json!({ "$ref": format!("#/s/{next}") });
            json!({"anyOf": [next, next, next, next]})
        };
        let levels: Map<String, Value> = (0..20).map(|n| (n.to_string(), level(n + 1))).collect();
        let document = json!({ "s": levels });
        let size = resolved(&document, &json!({"$ref": "#/s/0"})).to_string().len();
        assert!(size < 100_000, "{size}");
    }

    proptest! {
        #[test]
        fn any_reference_is_survived(reference in "#?(/\\PC{0,6}){0,4}") {
            let document = json!({"a": {"$ref": reference}, "b": {"properties": {"a": {"$ref": "#/a"}}}});
            let _ = resolved(&document, &json!({"$ref": "#/b"}));
        }
    }
}
