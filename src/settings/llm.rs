//! Models.

use std::str::FromStr;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::load::Flaw;
use super::value;

/// One section `llm.<name>`.
#[derive(Debug, Clone, Deserialize)]
pub struct LlmSettings {
    /// The protocol it speaks.
    #[serde(deserialize_with = "value::parsed", default)]
    pub kind: ProviderKind,
    /// Where it is, up to and with `/v1`.
    #[serde(deserialize_with = "value::optional", default)]
    pub base_url: Option<Url>,
    /// What it asks for.
    #[serde(deserialize_with = "value::optional_secret", default)]
    pub api_key: Option<SecretString>,
    /// The model, where a chatbot names none.
    #[serde(deserialize_with = "value::optional", default)]
    pub model: Option<String>,
}

/// The protocol of a model's server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProviderKind {
    /// Chat completions as OpenAI defined them and many others took over.
    #[default]
    OpenAi,
}

impl FromStr for ProviderKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "openai" => Ok(Self::OpenAi),
            "anthropic" => Err("the kind `anthropic` is not supported by this version, only `openai`".into()),
            other => Err(format!("`{other}` is not a kind of model server; there is `openai`")),
        }
    }
}

impl LlmSettings {
    pub(super) fn check(&self, name: &str) -> Result<(), Flaw> {
        let key = |last: &str| format!("llm.{name}.{last}");
        match &self.base_url {
            None => {
                return Err(Flaw::new(key("base_url"), "it is not set; give the address up to and with /v1"));
            }
            Some(url) if !matches!(url.scheme(), "http" | "https") || !url.has_host() => {
                return Err(Flaw::new(key("base_url"), "it must begin with http:// or https:// and a host"));
            }
            Some(_) => {}
        }
        if self.model.is_none() {
            return Err(Flaw::new(key("model"), "it is not set; name the model to ask"));
        }
        Ok(())
    }
}
