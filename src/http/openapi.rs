//! The description of the API (OpenAPI 3.1), made from the routes themselves. What is the same everywhere is
//! added here: parameters of paths, the shape of errors, the ways to sign in.

use std::sync::LazyLock;

use actix_web::App;
use actix_web::web::Bytes;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, PathItem, Ref, RefOr, Required, ResponseBuilder,
    SecurityRequirement,
};
use utoipa_actix_web::AppExt as _;

use super::caller::COOKIE;

const PROBLEM: &str = "application/problem+json";

/// What the parts of paths are.
const PATH_PARTS: [(&str, &str); 10] = [
    ("api_key_id", "The API key."),
    ("chatbot_id", "The chatbot."),
    ("job_id", "The job."),
    ("message_id", "The message."),
    ("name", "The secret's name, as headers of tools call it."),
    ("page_id", "The page."),
    ("session_id", "The conversation."),
    ("source_id", "The source."),
    ("upload_id", "The upload."),
    ("version", "The number of the version."),
];

/// What the tags stand for, in the order of reading.
const TAGS: [(&str, &str); 12] = [
    ("visitors", "What widgets on websites use"),
    ("auth", "Sign up, in and out"),
    ("account", "The account and its keys"),
    ("chatbots", "Chatbots and their versions"),
    ("knowledge", "What chatbots read"),
    ("jobs", "Reading, as it goes on"),
    ("sessions", "Conversations"),
    ("answers", "Questions over plain HTTP"),
    ("openai", "Chatbots as models of OpenAI's API"),
    ("insight", "What was used"),
    ("billing", "Plans"),
    ("operation", "For those who run the server"),
];

/// Describes every documented route. Needs no server.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().configure(super::routes).split_for_parts();
    document.info = InfoBuilder::new()
        .title("aihio")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Chatbots that answer from what you gave them to read. Errors are problem details (RFC 9457). POSTs \
             with an `Idempotency-Key` are done once. Lists come in pages: pass `next_cursor` as `cursor`.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    document.tags = Some(TAGS.iter().map(|(name, text)| tag(name, text)).collect());
    describe_sign_in(&mut document);
    for (path, item) in &mut document.paths.paths {
        let parts = parts_of(path);
        operations(item).for_each(|operation| complete(operation, &parts));
    }
    document
}

fn tag(name: &str, text: &str) -> utoipa::openapi::Tag {
    utoipa::openapi::tag::TagBuilder::new().name(name).description(Some(text)).build()
}

fn describe_sign_in(document: &mut OpenApi) {
    let bearer = |text: &str| {
        let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(text)).build();
        SecurityScheme::Http(http)
    };
    let components = document.components.get_or_insert_default();
    let schemes = &mut components.security_schemes;
    schemes.insert("bearer".into(), bearer("An access token, from signing in.").into());
    schemes.insert("api_key".into(), bearer("An API key, `aihio_sk_…`.").into());
    schemes.insert("session".into(), bearer("A visitor's session token.").into());
    let text = "The dashboard's cookie. Changes need the header `X-CSRF-Token` too.";
    let cookie = ApiKeyValue::with_description(COOKIE, text);
    schemes.insert("cookie".into(), SecurityScheme::ApiKey(ApiKey::Cookie(cookie)).into());
    let any = ["bearer", "api_key", "cookie"];
    document.security =
        Some(any.iter().map(|name| SecurityRequirement::new(*name, Vec::<String>::new())).collect());
}

/// The parameters in a path's pattern.
fn parts_of(path: &str) -> Vec<Parameter> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            let description = PATH_PARTS.iter().find(|(part, _)| *part == name).map(|(_, text)| *text);
            let schema = match name {
                "version" => ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)),
                "name" => ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[a-z0-9_]{1,64}$")),
                _ => ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
            };
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .description(description)
                .schema(Some(schema))
                .build()
        })
        .collect()
}

/// The operations of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().filter_map(Option::as_mut)
}

fn complete(operation: &mut Operation, parts: &[Parameter]) {
    let parameters = operation.parameters.get_or_insert_default();
    let parts = parts.iter().filter(|part| !documented(parameters, part)).cloned().map(RefOr::T);
    let parts: Vec<_> = parts.collect();
    parameters.splice(0..0, parts);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && let Some(content) = response.content.swap_remove("application/json")
        {
            response.content.insert(PROBLEM.into(), content);
        }
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let any = ResponseBuilder::new().description("Any other error.").content(PROBLEM, problem).build();
    operation.responses.responses.entry("default".into()).or_insert(RefOr::T(any));
}

fn documented(parameters: &[RefOr<Parameter>], part: &Parameter) -> bool {
    parameters.iter().any(|known| match known {
        RefOr::T(known) => known.name == part.name,
        RefOr::Ref(_) => false,
    })
}

/// The document's text, made once.
pub(crate) fn document() -> Bytes {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| openapi().to_json().map(Bytes::from).unwrap_or_default());
    TEXT.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::HashSet;

    fn document() -> Value {
        serde_json::to_value(openapi()).unwrap()
    }

    fn each_operation(document: &Value) -> impl Iterator<Item = (String, &Value)> {
        document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
    }

    #[test]
    fn it_is_openapi_3_1_and_every_reference_leads_somewhere() {
        let document = document();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        for (at, _) in text.match_indices("#/components/schemas/") {
            let name = text[at..].split('"').next().unwrap().rsplit('/').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
    }

    #[test]
    fn every_operation_has_a_name_of_its_own_a_known_tag_and_a_summary() {
        let document = document();
        let known: HashSet<&str> = TAGS.iter().map(|(name, _)| *name).collect();
        let mut names = HashSet::new();
        for (place, operation) in each_operation(&document) {
            assert!(names.insert(operation["operationId"].to_string()), "{place}");
            assert!(known.contains(operation["tags"][0].as_str().unwrap()), "{place}");
            assert!(operation["summary"].is_string(), "{place}");
        }
        assert!(names.len() > 40, "{}", names.len());
    }

    #[test]
    fn every_part_of_a_path_is_a_described_parameter() {
        for (place, operation) in each_operation(&document()) {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for part in place.split('/').filter_map(|part| part.strip_prefix('{')) {
                let name = part.trim_end_matches('}');
                let found: Vec<_> = parameters.iter().filter(|known| known["name"] == name).collect();
                assert_eq!(found.len(), 1, "{place} {name}");
                assert!(found[0]["description"].is_string(), "{place} {name}");
            }
        }
    }

    #[test]
    fn errors_are_problems_everywhere() {
        for (place, operation) in each_operation(&document()) {
            for (status, response) in operation["responses"].as_object().unwrap() {
                if status.starts_with(['4', '5', 'd']) {
                    assert!(response["content"][PROBLEM].is_object(), "{place} {status}");
                }
            }
        }
    }
}
