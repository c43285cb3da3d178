//! Models.

use std::num::{NonZeroU32, NonZeroU64};
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
    /// The most tokens of an answer.
    #[serde(default)]
    pub tokens_max: Option<NonZeroU32>,
    /// How long the first token may take, in seconds.
    #[serde(default)]
    pub first_token_seconds: Option<NonZeroU32>,
    /// How long each further token may take, in seconds.
    #[serde(default)]
    pub between_tokens_seconds: Option<NonZeroU32>,
    /// How long a whole answer may take, in seconds.
    #[serde(default)]
    pub answer_seconds: Option<NonZeroU32>,
    /// When it is asked a second time if no answer has begun, in milliseconds.
    #[serde(default)]
    pub hedge_after_ms: Option<NonZeroU64>,
    /// What its models cost.
    #[serde(deserialize_with = "value::parsed_list", default)]
    pub prices: Vec<ModelPrice>,
}

/// The protocol of a model's server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProviderKind {
    /// Chat completions as OpenAI defined them and many others took over.
    #[default]
    OpenAi,
    /// Anthropic's Messages API.
    Anthropic,
}

impl FromStr for ProviderKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "openai" => Ok(Self::OpenAi),
            "anthropic" => Ok(Self::Anthropic),
            other => {
                Err(format!("`{other}` is not a kind of model server; there are `openai` and `anthropic`"))
            }
        }
    }
}

/// What a model costs for a million tokens, written `model=0.15/0.60`: the tokens that it reads before those that it
/// writes. The model `*` is any other.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelPrice {
    /// Its name.
    pub model: String,
    /// For a million tokens read.
    pub prompt: f64,
    /// For a million tokens written.
    pub completion: f64,
}

impl FromStr for ModelPrice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::read(text).ok_or_else(|| {
            format!("`{text}` is no price; write `model=0.15/0.60`, for a million tokens read and written")
        })
    }
}

impl ModelPrice {
    fn read(text: &str) -> Option<Self> {
        let (model, price) = text.rsplit_once('=')?;
        let (prompt, completion) = price.split_once('/')?;
        let amount = |text: &str| text.trim().parse().ok().filter(|amount| (0.0..=1e6).contains(amount));
        let model = Some(model.trim().to_owned()).filter(|model| !model.is_empty())?;
        Some(Self { model, prompt: amount(prompt)?, completion: amount(completion)? })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_a_model_and_two_amounts() {
        let price = |text: &str| text.parse::<ModelPrice>().ok();
        let small = ModelPrice { model: "eu=small".into(), prompt: 0.15, completion: 10.0 };
        assert_eq!(price("eu=small = 0.15/10"), Some(small));
        for text in ["", "small", "small=1", "=1/2", "small=a/b", "small=-1/2", "small=1/NaN", "small=1/inf"]
        {
            assert_eq!(price(text), None, "{text}");
        }
    }
}
