//! An OpenAPI document: where the interface is, and which operations it has.

use aihio_actors::model::{OpenApiSource, ToolMethods};
use reqwest::Method;
use serde_json::{Map, Value};
use url::Url;

use super::operation::Operation;
use super::schema::Resolver;

/// The largest document, in bytes of its JSON.
const DOCUMENT_BYTES_MAX: usize = 512 << 10;
/// The methods that a path can have (OpenAPI 3.1, 4.8.9), but for TRACE.
const METHODS: [(&str, Method); 7] = [
    ("get", Method::GET),
    ("put", Method::PUT),
    ("post", Method::POST),
    ("delete", Method::DELETE),
    ("options", Method::OPTIONS),
    ("head", Method::HEAD),
    ("patch", Method::PATCH),
];
/// How alike a name has to be to be proposed, from 0 to 1.
const LIKENESS_MIN: f64 = 0.6;
/// Names that are told of where none is alike.
const NAMES_TOLD: usize = 10;

/// What is wrong with a document, or with what is wanted of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentFault {
    /// It is text, and no JSON.
    #[error("This is no JSON: {0}. Convert a YAML document to JSON first.")]
    NotJson(String),
    /// It is something else.
    #[error("This is no OpenAPI document of version 3.0 or 3.1: `openapi` is {0}.")]
    NotOpenApi(String),
    /// It is too large to be kept with each version of a configuration.
    #[error("The document is larger than {} KiB. Leave out what isn't used.", DOCUMENT_BYTES_MAX >> 10)]
    TooLarge,
    /// Nobody says where the interface is.
    #[error("Give `base_url`: the document names no server with a whole address.")]
    NoServer,
    /// The address can't be one.
    #[error(
        "`{0}` is no address of an interface. Give one such as https://shop.example/api, without a query."
    )]
    NoAddress(String),
    /// It has no operation of that name.
    #[error("There is no operation `{id}`. {hint}")]
    UnknownOperation {
        /// The name.
        id: String,
        /// Those that there are, or the one that is meant.
        hint: String,
    },
    /// The owner has not allowed that.
    #[error("`{id}` is a {method}. Set `methods` to `any` to let models call more than GET.")]
    MethodNotAllowed {
        /// The operation.
        id: String,
        /// Its method.
        method: Method,
    },
    /// It needs what models can't be given.
    #[error("`{id}` can't be called: {why}.")]
    Unsupported {
        /// The operation.
        id: String,
        /// What it needs.
        why: String,
    },
}

impl DocumentFault {
    /// The key of the source that is at fault.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::NotJson(_) | Self::NotOpenApi(_) | Self::TooLarge => "document",
            Self::NoServer | Self::NoAddress(_) => "base_url",
            Self::UnknownOperation { .. } | Self::MethodNotAllowed { .. } | Self::Unsupported { .. } => {
                "operations"
            }
        }
    }
}

/// An interface as its document describes it.
#[derive(Debug)]
pub(in crate::tools) struct Api {
    /// Where it is, without a slash at the end of its path.
    pub(super) base: Url,
    /// All operations that models can be given, and what is wrong with the others.
    pub(in crate::tools) operations: Vec<Result<Operation, DocumentFault>>,
}

/// Everything that is wrong with a source.
#[must_use]
pub fn check(source: &OpenApiSource) -> Vec<DocumentFault> {
    match Api::read(source) {
        Ok(api) => source.operations.iter().filter_map(|id| api.find(id, source.methods).err()).collect(),
        Err(fault) => vec![fault],
    }
}

impl Api {
    /// Reads the document of a source.
    ///
    /// # Errors
    /// When it is none, or nobody says where the interface is.
    pub(in crate::tools) fn read(source: &OpenApiSource) -> Result<Self, DocumentFault> {
        let document = parse(&source.document)?;
        let base = base_url(source.base_url.as_deref(), &document)?;
        let reserved = &source.headers;
        let empty = Map::new();
        let paths = document.get("paths").and_then(Value::as_object).unwrap_or(&empty);
        let mut operations = Vec::new();
        for (path, item) in paths {
            let item = Resolver::new(&document).target(item);
            for (key, method) in METHODS {
                if let Some(described) = item.get(key).filter(|described| described.is_object()) {
                    operations.push(Operation::read(&document, (path, item), (method, described), reserved));
                }
            }
        }
        Ok(Self { base, operations })
    }

    /// The operation of that name, if it may be called.
    ///
    /// # Errors
    /// When there is none, or it may not be called.
    pub(in crate::tools) fn find(&self, id: &str, allowed: ToolMethods) -> Result<&Operation, DocumentFault> {
        for operation in &self.operations {
            match operation {
                Ok(operation) if operation.id == id => {
                    return match allowed {
                        ToolMethods::Get if operation.method != Method::GET => {
                            let (id, method) = (id.to_owned(), operation.method.clone());
                            Err(DocumentFault::MethodNotAllowed { id, method })
                        }
                        _ => Ok(operation),
                    };
                }
                Err(DocumentFault::Unsupported { id: other, why }) if other == id => {
                    return Err(DocumentFault::Unsupported { id: other.clone(), why: why.clone() });
                }
                _ => {}
            }
        }
        Err(DocumentFault::UnknownOperation { id: id.to_owned(), hint: self.hint(id) })
    }

    fn hint(&self, id: &str) -> String {
        let names: Vec<&str> =
            self.operations.iter().flatten().map(|operation| operation.id.as_str()).collect();
        let likeness = |name: &&str| strsim::jaro_winkler(&name.to_lowercase(), &id.to_lowercase());
        let nearest = names.iter().copied().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        match nearest {
            None => "The document has none.".into(),
            Some(nearest) if likeness(&nearest) >= LIKENESS_MIN => format!("Did you mean `{nearest}`?"),
            Some(_) => {
                let told: Vec<&str> = names.iter().copied().take(NAMES_TOLD).collect();
                let more = if names.len() > NAMES_TOLD { " and others" } else { "" };
                format!("There are: {}{more}.", told.join(", "))
            }
        }
    }
}

fn parse(document: &Value) -> Result<Value, DocumentFault> {
    let parsed = match document {
        Value::String(text) if text.len() > DOCUMENT_BYTES_MAX => return Err(DocumentFault::TooLarge),
        Value::String(text) => {
            serde_json::from_str(text).map_err(|error| DocumentFault::NotJson(error.to_string()))?
        }
        other if other.to_string().len() > DOCUMENT_BYTES_MAX => return Err(DocumentFault::TooLarge),
        other => other.clone(),
    };
    match parsed.get("openapi") {
        Some(Value::String(version)) if version.starts_with("3.0") || version.starts_with("3.1") => {
            Ok(parsed)
        }
        Some(version) => Err(DocumentFault::NotOpenApi(version.to_string())),
        None => Err(DocumentFault::NotOpenApi("missing".into())),
    }
}

/// Where the interface is: what the owner says, or else the document's first server with its variables' defaults.
fn base_url(wanted: Option<&str>, document: &Value) -> Result<Url, DocumentFault> {
    let text = match wanted {
        Some(wanted) => wanted.to_owned(),
        None => {
            let server = document.pointer("/servers/0").ok_or(DocumentFault::NoServer)?;
            let address = server.get("url").and_then(Value::as_str).ok_or(DocumentFault::NoServer)?;
            with_defaults(address, server.get("variables").and_then(Value::as_object))
        }
    };
    let unusable = || match wanted {
        Some(_) => DocumentFault::NoAddress(text.clone()),
        None => DocumentFault::NoServer,
    };
    let mut url = Url::parse(&text).map_err(|_| unusable())?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.has_host();
    if !is_plain {
        return Err(unusable());
    }
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn with_defaults(address: &str, variables: Option<&Map<String, Value>>) -> String {
    variables.into_iter().flatten().fold(address.to_owned(), |address, (name, variable)| {
        let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
        address.replace(&format!("{{{name}}}"), default)
    })
}

#[cfg(test)]
mod tests;
