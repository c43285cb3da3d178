//! Who answers, and who takes their place.

use serde::{Deserialize, Serialize};

/// Which answerer speaks, and who takes its place when it fails.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswererChoice {
    /// The first choice.
    #[serde(default)]
    pub kind: AnswererKind,
    /// The configured provider, for [`AnswererKind::Llm`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub provider: Option<String>,
    /// A model other than the provider's own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<String>,
    /// Who answers when the first choice can't, in order.
    #[serde(default)]
    pub fallback: Vec<StandIn>,
}

/// The kinds of answerers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswererKind {
    /// Quotes the passages that answer. No key, no network.
    #[default]
    Extractive,
    /// Says the visitor's words back, in one piece; for load tests.
    Echo,
    /// A model behind a configured provider.
    Llm,
}

/// One answerer of a chain. Written as its kind alone where nothing else is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StandInForm", into = "StandInForm")]
pub struct StandIn {
    /// What it is.
    pub kind: AnswererKind,
    /// The configured provider, for [`AnswererKind::Llm`].
    pub provider: Option<String>,
    /// A model other than the provider's own.
    pub model: Option<String>,
}

/// The two ways to write a [`StandIn`].
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StandInForm {
    Kind(AnswererKind),
    Whole(WholeStandIn),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WholeStandIn {
    kind: AnswererKind,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    model: Option<String>,
}

impl AnswererChoice {
    /// The first choice in the form of those that follow it.
    #[must_use]
    pub fn as_stand_in(&self) -> StandIn {
        StandIn { kind: self.kind, provider: self.provider.clone(), model: self.model.clone() }
    }

    /// All answerers in the order in which they are asked, the first choice first.
    pub fn chain(&self) -> impl Iterator<Item = StandIn> + '_ {
        std::iter::once(self.as_stand_in()).chain(self.fallback.iter().cloned())
    }
}

impl From<AnswererKind> for StandIn {
    fn from(kind: AnswererKind) -> Self {
        Self { kind, provider: None, model: None }
    }
}

impl From<StandInForm> for StandIn {
    fn from(form: StandInForm) -> Self {
        match form {
            StandInForm::Kind(kind) => kind.into(),
            StandInForm::Whole(WholeStandIn { kind, provider, model }) => Self { kind, provider, model },
        }
    }
}

impl From<StandIn> for StandInForm {
    fn from(stand_in: StandIn) -> Self {
        match stand_in {
            StandIn { kind, provider: None, model: None } => Self::Kind(kind),
            StandIn { kind, provider, model } => Self::Whole(WholeStandIn { kind, provider, model }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_stand_in_is_written_as_short_as_it_can_be_and_read_either_way() {
        let written = json!({ "kind": "llm", "provider": "main", "fallback": [
            { "kind": "llm", "provider": "backup", "model": "large" },
            "extractive",
        ] });
        let choice: AnswererChoice = serde_json::from_value(written.clone()).unwrap();
        let chain: Vec<StandIn> = choice.chain().collect();
        let names: Vec<Option<&str>> = chain.iter().map(|one| one.provider.as_deref()).collect();
        assert_eq!(names, [Some("main"), Some("backup"), None]);
        assert_eq!(chain[2], AnswererKind::Extractive.into());
        assert_eq!(serde_json::to_value(&choice).unwrap(), written);
        let long: StandIn = serde_json::from_value(json!({ "kind": "extractive" })).unwrap();
        assert_eq!(long, AnswererKind::Extractive.into());
        assert!(serde_json::from_value::<StandIn>(json!({ "kind": "llm", "url": "x" })).is_err());
    }
}
