//! The rules of a configuration that its types can't hold.

mod tools;

use std::collections::{BTreeSet, HashSet};

use aihio_actors::model::{
    AnswererChoice, AnswererKind, Behaviour, ChatbotConfig, FormField, MessageLimits, Theme,
};

use crate::error::{ApiError, FieldError};
use crate::http::field::{chars, within};
use crate::http::origin;

/// Longest message that an owner can allow, in characters: with four bytes each it still fits a socket frame.
const MESSAGE_CHARS_MAX: u32 = 16_000;

/// Checks a configuration. `providers` are the models that the operator has configured.
///
/// # Errors
/// `validation_failed` with every field at fault.
pub(super) fn check(config: &ChatbotConfig, providers: &BTreeSet<String>) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    errors.extend(chars("name", config.name.trim(), 1..=100));
    check_origins(config, &mut errors);
    check_answerer(&config.answerer, providers, &mut errors);
    check_theme(&config.theme, &mut errors);
    check_behaviour(&config.behaviour, &mut errors);
    check_limits(&config.limits, &mut errors);
    check_form(&config.pre_chat_form, &mut errors);
    tools::check(&config.tools, &mut errors);
    if errors.is_empty() { Ok(()) } else { Err(ApiError::invalid(errors)) }
}

fn check_origins(config: &ChatbotConfig, errors: &mut Vec<FieldError>) {
    errors.extend(within("allowed_origins", &config.allowed_origins.len(), &(0..=100)));
    for (n, listed) in config.allowed_origins.iter().enumerate() {
        if origin::normalise(&listed.0).is_none() {
            let message = "Give an origin such as https://shop.example, without a path.";
            errors.push(FieldError::new(format!("allowed_origins.{n}"), message));
        }
    }
}

fn check_answerer(choice: &AnswererChoice, providers: &BTreeSet<String>, errors: &mut Vec<FieldError>) {
    errors.extend(within("answerer.fallback", &choice.fallback.len(), &(0..=4)));
    for (place, stand_in) in choice.chain().enumerate() {
        let path = match place.checked_sub(1) {
            None => "answerer".to_owned(),
            Some(nth) => format!("answerer.fallback.{nth}"),
        };
        let model = stand_in.model.as_deref();
        errors.extend(model.and_then(|model| chars(&format!("{path}.model"), model, 1..=200)));
        // One that names no provider is another attempt at the first choice's.
        let provider = stand_in.provider.as_deref().or(choice.provider.as_deref());
        if let Some(message) = provider_flaw(provider, stand_in.kind, providers) {
            errors.push(FieldError::new(format!("{path}.provider"), message));
            // The others of the chain would say the same again.
            break;
        }
    }
}

/// What is wrong with a provider's name, or with the want of one.
fn provider_flaw(name: Option<&str>, kind: AnswererKind, providers: &BTreeSet<String>) -> Option<String> {
    let asks_model = kind == AnswererKind::Llm;
    let listed = || providers.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    match name {
        Some(name) if !providers.contains(name) && providers.is_empty() => Some(format!(
            "There is no provider `{name}`. The operator sets providers as AIHIO__LLM__<NAME>__…."
        )),
        Some(name) if !providers.contains(name) => {
            Some(format!("There is no provider `{name}`. Choose one of: {}.", listed()))
        }
        None if asks_model && providers.is_empty() => Some(
            "No model is configured on this server. The operator sets one as AIHIO__LLM__<NAME>__…."
                .to_owned(),
        ),
        None if asks_model && providers.len() > 1 => Some(format!("Choose one of: {}.", listed())),
        Some(_) | None => None,
    }
}

fn check_theme(theme: &Theme, errors: &mut Vec<FieldError>) {
    if theme.accent.as_deref().is_some_and(|accent| !is_colour(accent)) {
        errors.push(FieldError::new(
            "theme.accent",
            "Give a CSS colour such as #0b6bcb or oklch(0.6 0.15 250).",
        ));
    }
    if theme.position.as_deref().is_some_and(|position| !matches!(position, "left" | "right")) {
        errors.push(FieldError::new("theme.position", "Give `left` or `right`."));
    }
    errors.extend(
        theme.launcher_label.as_deref().and_then(|label| chars("theme.launcher_label", label, 1..=100)),
    );
}

/// A hexadecimal, named or functional CSS colour. It goes into a style sheet, so nothing that could end a value
/// or load anything is taken.
fn is_colour(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix('#') {
        return matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let (name, arguments) = match text.split_once('(') {
        None => return (1..=30).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic()),
        Some((name, rest)) => (name, rest.strip_suffix(')')),
    };
    let functions = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch"];
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b',' | b'.' | b'%' | b'/' | b'-');
    functions.contains(&name)
        && arguments.is_some_and(|inner| (1..=60).contains(&inner.len()) && inner.bytes().all(plain))
}

fn check_behaviour(behaviour: &Behaviour, errors: &mut Vec<FieldError>) {
    let greeting = behaviour.greeting.as_deref();
    errors.extend(greeting.and_then(|greeting| chars("behaviour.greeting", greeting, 0..=2_000)));
    let instructions = behaviour.instructions.as_deref();
    errors.extend(instructions.and_then(|text| chars("behaviour.instructions", text, 0..=20_000)));
    errors.extend(chars("behaviour.refusal", &behaviour.refusal, 1..=2_000));
    errors.extend(within("behaviour.suggestions", &behaviour.suggestions.len(), &(0..=8)));
    for (n, suggestion) in behaviour.suggestions.iter().enumerate() {
        errors.extend(chars(&format!("behaviour.suggestions.{n}"), suggestion, 1..=200));
    }
    errors.extend(within("behaviour.evidence_min", &behaviour.evidence_min, &(0.0..=1.0)));
    errors.extend(within("behaviour.history_messages_max", &behaviour.history_messages_max, &(0..=100)));
}

fn check_limits(limits: &MessageLimits, errors: &mut Vec<FieldError>) {
    errors.extend(within("limits.message_chars_max", &limits.message_chars_max, &(1..=MESSAGE_CHARS_MAX)));
    errors.extend(within("limits.messages_per_minute", &limits.messages_per_minute, &(1..=1_000_000)));
}

fn check_form(form: &[FormField], errors: &mut Vec<FieldError>) {
    errors.extend(within("pre_chat_form", &form.len(), &(0..=20)));
    let mut names = HashSet::new();
    for (n, field) in form.iter().enumerate() {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=64).contains(&field.name.len()) || !field.name.bytes().all(plain) {
            let message = "Give 1 to 64 lower-case letters, digits and underscores.";
            errors.push(FieldError::new(format!("pre_chat_form.{n}.name"), message));
        } else if !names.insert(field.name.as_str()) {
            errors.push(FieldError::new(format!("pre_chat_form.{n}.name"), "Another field has this name."));
        }
        errors.extend(chars(&format!("pre_chat_form.{n}.label"), &field.label, 1..=200));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aihio_actors::model::{Origin, StandIn};

    fn fields_at_fault(config: &ChatbotConfig, providers: &[&str]) -> Vec<String> {
        let providers = providers.iter().map(ToString::to_string).collect();
        let Err(error) = check(config, &providers) else { return Vec::new() };
        error.fields.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn the_defaults_are_valid() {
        assert!(fields_at_fault(&ChatbotConfig::named("Guide"), &[]).is_empty());
    }

    #[test]
    fn a_model_needs_a_provider_that_exists() {
        let mut config = ChatbotConfig::named("Guide");
        config.answerer.kind = AnswererKind::Llm;
        assert_eq!(fields_at_fault(&config, &[]), ["answerer.provider"]);
        assert!(fields_at_fault(&config, &["local"]).is_empty(), "the only one needs no name");
        assert_eq!(fields_at_fault(&config, &["local", "remote"]), ["answerer.provider"]);
        config.answerer.provider = Some("remote".into());
        assert!(fields_at_fault(&config, &["local", "remote"]).is_empty());
        assert_eq!(fields_at_fault(&config, &["local"]), ["answerer.provider"]);
    }

    #[test]
    fn every_stand_in_needs_a_provider_that_exists() {
        let mut config = ChatbotConfig::named("Guide");
        let stand_in = |name: &str| StandIn { provider: Some(name.into()), ..AnswererKind::Llm.into() };
        config.answerer.fallback = vec![stand_in("local"), stand_in("elsewhere")];
        assert_eq!(fields_at_fault(&config, &["local"]), ["answerer.fallback.1.provider"]);
        assert!(fields_at_fault(&config, &["local", "elsewhere"]).is_empty());
    }

    #[test]
    fn colours_cannot_smuggle_css() {
        for colour in ["#fff", "#0B6BCBff", "rebeccapurple", "rgb(1 2 3 / 50%)", "oklch(0.6 0.15 250)"] {
            assert!(is_colour(colour), "{colour}");
        }
        for text in ["", "#ff", "red;", "url(x)", "rgb(1,2,3)}*{", "expression(1)", "rgb(url(x))", "var(--x)"]
        {
            assert!(!is_colour(text), "{text}");
        }
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let mut config = ChatbotConfig::named(" ");
        config.allowed_origins = vec![Origin("https://ok.example".into()), Origin("nonsense".into())];
        config.behaviour.evidence_min = 1.5;
        config.limits.message_chars_max = 0;
        let field = |name: &str| FormField { name: name.into(), label: "x".into(), required: false };
        config.pre_chat_form = vec![field("email"), field("email")];
        let expected = [
            "name",
            "allowed_origins.1",
            "behaviour.evidence_min",
            "limits.message_chars_max",
            "pre_chat_form.1.name",
        ];
        assert_eq!(fields_at_fault(&config, &[]), expected);
    }
}
