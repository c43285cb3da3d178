//! From a model's arguments to a request.

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use super::document::Api;
use super::operation::{BODY, Operation, Parameter, Place, Style};
use crate::crawl::SafeRequest;

impl Operation {
    /// The request of a call, without the owner's headers. The arguments fit the operation's schema.
    ///
    /// # Errors
    /// What can't be sent, in words for the model.
    pub(in crate::tools) fn request(
        &self,
        api: &Api,
        arguments: &Map<String, Value>,
    ) -> Result<SafeRequest, String> {
        let mut url = self.address(api, arguments)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/*;q=0.8"));
        let given = self
            .parameters
            .iter()
            .filter_map(|parameter| Some((parameter, arguments.get(&parameter.argument)?)));
        for (parameter, value) in given {
            match parameter.place {
                Place::Path => {}
                Place::Query => {
                    url.query_pairs_mut().extend_pairs(parameter.pairs(value));
                }
                Place::Header => {
                    let (name, value) = parameter.header(value)?;
                    headers.insert(name, value);
                }
            }
        }
        let body = match arguments.get(BODY) {
            Some(body) => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        Ok(SafeRequest { method: self.method.clone(), url, headers, body })
    }

    /// The path with its arguments, each of which stays one segment whatever it holds.
    fn address(&self, api: &Api, arguments: &Map<String, Value>) -> Result<Url, String> {
        let mut path = self.path.clone();
        for parameter in self.parameters.iter().filter(|parameter| parameter.place == Place::Path) {
            let value = arguments.get(&parameter.argument).map(joined).unwrap_or_default();
            // `.` and `..` mean other places, however they are written (WHATWG URL, 4.4).
            if matches!(value.as_str(), "" | "." | "..") {
                return Err(format!("`{}` can't be `{value}`.", parameter.argument));
            }
            path = path.replace(&format!("{{{}}}", parameter.name), &percent_encoded(&value));
        }
        let mut url = api.base.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        Ok(url)
    }
}

impl Parameter {
    fn pairs(&self, value: &Value) -> Vec<(String, String)> {
        let named = |value: &Value| (self.name.clone(), word(value));
        match (self.style, value) {
            (Style::Json, value) => vec![(self.name.clone(), value.to_string())],
            (Style::Deep, Value::Object(fields)) => {
                fields.iter().map(|(key, value)| (format!("{}[{key}]", self.name), word(value))).collect()
            }
            (Style::Exploded, Value::Array(items)) => items.iter().map(named).collect(),
            (Style::Exploded, Value::Object(fields)) => {
                fields.iter().map(|(key, value)| (key.clone(), word(value))).collect()
            }
            (_, Value::Array(_) | Value::Object(_)) => vec![(self.name.clone(), joined(value))],
            (_, Value::Null) => Vec::new(),
            (_, single) => vec![named(single)],
        }
    }

    fn header(&self, value: &Value) -> Result<(HeaderName, HeaderValue), String> {
        let text = if self.style == Style::Json { value.to_string() } else { joined(value) };
        let name = HeaderName::from_bytes(self.name.as_bytes());
        let value = HeaderValue::from_str(&text);
        name.ok()
            .zip(value.ok())
            .ok_or_else(|| format!("`{}` holds characters that can't be sent.", self.argument))
    }
}

/// A value without quotes.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Items between commas; of objects, keys and values in turn.
fn joined(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(word).collect::<Vec<_>>().join(","),
        Value::Object(fields) => {
            fields.iter().flat_map(|(key, value)| [key.clone(), word(value)]).collect::<Vec<_>>().join(",")
        }
        single => word(single),
    }
}

/// All but what is unreserved (RFC 3986, section 2.3).
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}
