//! Holds what a model wrote against the schema of the tool it wants to call: the part of JSON Schema (draft 2020-12) that
//! says which values there are. What isn't known is passed over; the other side checks again.

use serde_json::{Map, Value};

/// The arguments of a call, as the tool's schema wants them.
///
/// # Errors
/// What is wrong, in words for the model.
pub(super) fn parse(schema: &Value, arguments: &str) -> Result<Map<String, Value>, String> {
    let value: Value =
        serde_json::from_str(arguments).map_err(|error| format!("The arguments are no JSON: {error}."))?;
    check(schema, &value, "")?;
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err("The arguments must be an object.".into()),
    }
}

fn check(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let wrong =
        |what: String| Err(format!("`{}` {what}.", if place.is_empty() { "arguments" } else { place }));
    let Value::Object(rules) = schema else {
        return if *schema == Value::Bool(false) { wrong("is not allowed".into()) } else { Ok(()) };
    };
    if let Some(types) = rules.get("type").filter(|types| !is_of(types, value)) {
        return wrong(format!("must be of type {types}"));
    }
    if let Some(Value::Array(values)) = rules.get("enum").filter(|values| !is_among(values, value)) {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        return wrong(format!("must be one of {}", values.join(", ")));
    }
    if rules.get("const").is_some_and(|only| only != value) {
        return wrong("has another value than the only one".into());
    }
    match value {
        Value::Object(fields) => check_fields(rules, fields, place)?,
        Value::Array(items) => check_items(rules, items, place)?,
        Value::String(text) => check_size(rules, ("minLength", "maxLength"), text.chars().count(), place)?,
        Value::Number(number) => check_number(rules, number.as_f64(), place)?,
        Value::Null | Value::Bool(_) => {}
    }
    check_alternatives(rules, value, place)
}

fn is_of(types: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    };
    match types {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn is_among(values: &Value, value: &Value) -> bool {
    values.as_array().is_none_or(|values| values.contains(value))
}

fn check_fields(rules: &Map<String, Value>, fields: &Map<String, Value>, place: &str) -> Result<(), String> {
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    let required = rules.get("required").and_then(Value::as_array).into_iter().flatten();
    if let Some(missing) = required.filter_map(Value::as_str).find(|name| !fields.contains_key(*name)) {
        return Err(format!("`{}` is missing.", inside(missing)));
    }
    let known = rules.get("properties").and_then(Value::as_object);
    for (name, value) in fields {
        match (known.and_then(|known| known.get(name)), rules.get("additionalProperties")) {
            (Some(schema), _) => check(schema, value, &inside(name))?,
            (None, Some(Value::Bool(false))) => {
                let known: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                return Err(format!("There is no `{}`. There are: {}.", inside(name), known.join(", ")));
            }
            (None, Some(schema)) => check(schema, value, &inside(name))?,
            (None, None) => {}
        }
    }
    Ok(())
}

fn check_items(rules: &Map<String, Value>, items: &[Value], place: &str) -> Result<(), String> {
    check_size(rules, ("minItems", "maxItems"), items.len(), place)?;
    let Some(schema) = rules.get("items") else { return Ok(()) };
    items.iter().enumerate().try_for_each(|(nth, item)| check(schema, item, &format!("{place}[{nth}]")))
}

fn check_size(
    rules: &Map<String, Value>,
    (least, most): (&str, &str),
    size: usize,
    place: &str,
) -> Result<(), String> {
    let bound = |name| rules.get(name).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok());
    if bound(least).is_some_and(|least| size < least) || bound(most).is_some_and(|most| size > most) {
        return Err(format!("`{place}` has {size} characters or items, which is not within its bounds."));
    }
    Ok(())
}

fn check_number(rules: &Map<String, Value>, number: Option<f64>, place: &str) -> Result<(), String> {
    let Some(number) = number else { return Ok(()) };
    let bound = |name| rules.get(name).and_then(Value::as_f64);
    let outside = bound("minimum").is_some_and(|least| number < least)
        || bound("maximum").is_some_and(|most| number > most)
        || bound("exclusiveMinimum").is_some_and(|least| number <= least)
        || bound("exclusiveMaximum").is_some_and(|most| number >= most);
    if outside { Err(format!("`{place}` is not within its bounds.")) } else { Ok(()) }
}

fn check_alternatives(rules: &Map<String, Value>, value: &Value, place: &str) -> Result<(), String> {
    let schemas = |name| rules.get(name).and_then(Value::as_array).into_iter().flatten();
    schemas("allOf").try_for_each(|schema| check(schema, value, place))?;
    for name in ["anyOf", "oneOf"] {
        let mut alternatives = schemas(name).peekable();
        if alternatives.peek().is_some() && !alternatives.any(|schema| check(schema, value, place).is_ok()) {
            return Err(format!("`{place}` fits none of its alternatives."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({"type": "object", "required": ["order"], "additionalProperties": false, "properties": {
            "order": {"type": "integer", "minimum": 1},
            "state": {"enum": ["open", "closed"]},
            "tags": {"type": "array", "maxItems": 2, "items": {"type": "string", "minLength": 1}},
            "note": {"type": ["string", "null"], "maxLength": 3},
            "who": {"oneOf": [{"type": "string"}, {"type": "object", "required": ["id"]}]}
        }})
    }

    #[test]
    fn what_fits_is_taken() {
        for fits in [
            r#"{"order":7}"#,
            r#"{"order":7.0,"state":"open","tags":["a","b"],"note":null,"who":"me"}"#,
            r#"{"order":1,"who":{"id":1}}"#,
        ] {
            assert!(parse(&schema(), fits).is_ok(), "{fits}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (wrong, named) in [
            ("{no", "no JSON"),
            ("[]", "`arguments` must be of type"),
            ("{}", "`order` is missing"),
            (r#"{"order":"7"}"#, "`order` must be of type"),
            (r#"{"order":0}"#, "`order` is not within"),
            (r#"{"order":7.5}"#, "`order` must be of type"),
            (r#"{"order":7,"state":"lost"}"#, "must be one of \"open\", \"closed\""),
            (r#"{"order":7,"tags":["a",""]}"#, "`tags[1]` has 0"),
            (r#"{"order":7,"tags":["a","b","c"]}"#, "`tags` has 3"),
            (r#"{"order":7,"note":"long"}"#, "`note` has 4"),
            (r#"{"order":7,"who":{}}"#, "`who` fits none"),
            (r#"{"order":7,"admin":true}"#, "There is no `admin`"),
        ] {
            let said = parse(&schema(), wrong).unwrap_err();
            assert!(said.contains(named), "{wrong}: {said}");
        }
    }

    proptest! {
        #[test]
        fn any_arguments_are_survived(arguments in "\\PC{0,60}") {
            let _ = parse(&schema(), &arguments);
        }
    }
}
