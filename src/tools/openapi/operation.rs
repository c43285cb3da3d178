//! One operation, as a tool.

use std::collections::HashSet;

use aihio_actors::model::ToolHeaders;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::document::DocumentFault;
use super::schema::Resolver;
use crate::tools::headers::is_free_header;

/// The longest description that a model is shown, in characters.
const DESCRIPTION_CHARS_MAX: usize = 1_000;
/// The argument that is sent as the body.
pub(super) const BODY: &str = "body";

/// An operation that models can be given.
#[derive(Debug, Clone)]
pub(in crate::tools) struct Operation {
    /// Its `operationId`, or what stands for it where the document gives none.
    pub(in crate::tools) id: String,
    /// How it is called.
    pub(in crate::tools) method: Method,
    /// What it does.
    pub(in crate::tools) description: String,
    /// Its arguments, as a JSON Schema of an object.
    pub(in crate::tools) schema: Value,
    /// Its path below the interface's address, with `{names}` for arguments.
    pub(super) path: String,
    /// Where arguments go. All others are no arguments.
    pub(super) parameters: Vec<Parameter>,
}

/// A parameter beside the body.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// What the model calls it.
    pub(super) argument: String,
    /// What the interface calls it.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

/// How values that are no single word are written (OpenAPI 3.1, 4.8.12.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Items between commas.
    Commas,
    /// A name and value for each item.
    Exploded,
    /// `name[key]=value` for each key.
    Deep,
    /// As JSON.
    Json,
}

impl Operation {
    /// Reads an operation of a document.
    ///
    /// # Errors
    /// [`DocumentFault::Unsupported`] for one that needs what models can't be given.
    pub(super) fn read(
        document: &Value,
        (path, item): (&str, &Value),
        (method, described): (Method, &Value),
        reserved: &ToolHeaders,
    ) -> Result<Self, DocumentFault> {
        let id = match described.get("operationId").and_then(Value::as_str) {
            Some(id) => id.to_owned(),
            None => id_of(&method, path),
        };
        let mut reading = Reading::new(document, reserved);
        let all = [described, item].into_iter().filter_map(|holder| holder.get("parameters")?.as_array());
        all.flatten()
            .try_for_each(|parameter| reading.take_parameter(parameter))
            .and_then(|()| described.get("requestBody").map_or(Ok(()), |body| reading.take_body(body)))
            .map_err(|why| DocumentFault::Unsupported { id: id.clone(), why })?;
        let description = described.get("description").or_else(|| described.get("summary"));
        let description = description.and_then(Value::as_str).unwrap_or_default();
        Ok(Self {
            description: description.chars().take(DESCRIPTION_CHARS_MAX).collect(),
            schema: reading.schema(),
            path: path.to_owned(),
            parameters: reading.parameters,
            id,
            method,
        })
    }
}

/// The name of an operation that the document gives none.
fn id_of(method: &Method, path: &str) -> String {
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method.as_str().to_lowercase())
        .chain(words.map(str::to_owned))
        .collect::<Vec<_>>()
        .join("_")
}

/// The arguments of an operation that is being read.
struct Reading<'a> {
    resolver: Resolver<'a>,
    reserved: &'a ToolHeaders,
    parameters: Vec<Parameter>,
    known: HashSet<(String, String)>,
    properties: Map<String, Value>,
    required: Vec<Value>,
}

impl<'a> Reading<'a> {
    fn new(document: &'a Value, reserved: &'a ToolHeaders) -> Self {
        Self {
            resolver: Resolver::new(document),
            reserved,
            parameters: Vec::new(),
            known: HashSet::new(),
            properties: Map::new(),
            required: Vec::new(),
        }
    }

    /// Takes a parameter; the operation's own come before those of its path.
    fn take_parameter(&mut self, parameter: &'a Value) -> Result<(), String> {
        let parameter = self.resolver.target(parameter);
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, place) = (text("name"), text("in"));
        let required = parameter.get("required") == Some(&Value::Bool(true));
        if name.is_empty() || !self.known.insert((place.to_owned(), name.to_owned())) {
            return Ok(());
        }
        let kind = match place {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" if self.is_settable(name) => Place::Header,
            // Headers that the owner or the exchange sets are nobody else's.
            "header" => return Ok(()),
            other if required => return Err(format!("`{name}` goes to `{other}`, which is not supported")),
            _ => return Ok(()),
        };
        let content = parameter.pointer("/content/application~1json/schema");
        let schema = parameter.get("schema").or(content).unwrap_or(&Value::Null);
        let schema = self.resolver.schema(schema);
        let argument = self.argument(name, place);
        self.describe(&argument, schema, text("description"));
        if required || kind == Place::Path {
            self.required.push(argument.clone().into());
        }
        let style = style_of(parameter, kind, content.is_some());
        self.parameters.push(Parameter { argument, name: name.to_owned(), place: kind, style });
        Ok(())
    }

    fn is_settable(&self, name: &str) -> bool {
        let fixed = self.reserved.fixed.iter().map(|header| header.name.as_str());
        let mut owners = fixed.chain(self.reserved.visitor.as_deref());
        is_free_header(name)
            && !["authorization", "cookie"].contains(&name.to_lowercase().as_str())
            && !owners.any(|owners| owners.eq_ignore_ascii_case(name))
    }

    /// A name for the argument that no other has.
    fn argument(&self, name: &str, place: &str) -> String {
        if name == BODY || self.properties.contains_key(name) {
            format!("{place}_{name}")
        } else {
            name.to_owned()
        }
    }

    fn describe(&mut self, argument: &str, schema: Value, description: &str) {
        let mut schema = if schema.is_object() { schema } else { json!({}) };
        if let Some(rules) = schema.as_object_mut().filter(|_| !description.is_empty()) {
            let short: String = description.chars().take(DESCRIPTION_CHARS_MAX).collect();
            rules.entry("description").or_insert(short.into());
        }
        self.properties.insert(argument.to_owned(), schema);
    }

    fn take_body(&mut self, body: &'a Value) -> Result<(), String> {
        let body = self.resolver.target(body);
        let required = body.get("required") == Some(&Value::Bool(true));
        let content = body.get("content").and_then(Value::as_object);
        let json = content.and_then(|content| content.iter().find(|(media, _)| is_json(media)));
        match json {
            Some((_, media)) => {
                let schema = self.resolver.schema(media.get("schema").unwrap_or(&Value::Null));
                let description = body.get("description").and_then(Value::as_str).unwrap_or_default();
                self.describe(BODY, schema, description);
                if required {
                    self.required.push(BODY.into());
                }
                Ok(())
            }
            None if required => Err("its body is no JSON".into()),
            None => Ok(()),
        }
    }

    fn schema(&mut self) -> Value {
        let properties = Value::Object(std::mem::take(&mut self.properties));
        let required = Value::Array(std::mem::take(&mut self.required));
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }
}

fn is_json(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("application/json") || media.ends_with("+json")
}

fn style_of(parameter: &Value, place: Place, is_content: bool) -> Style {
    let style = parameter.get("style").and_then(Value::as_str).unwrap_or_default();
    let explode = parameter.get("explode").and_then(Value::as_bool);
    match (place, style) {
        _ if is_content => Style::Json,
        (Place::Query, "deepObject") => Style::Deep,
        (Place::Query, _) if explode.unwrap_or(true) => Style::Exploded,
        _ => Style::Commas,
    }
}
