//! Models: their servers in reach, the key accepted, the clocks in step.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::{Response, StatusCode};
use secrecy::ExposeSecret;

use super::super::unique::now;
use super::finding::{Finding, innermost};
use crate::settings::{LlmSettings, ProviderKind};

/// How far two clocks may differ before tokens of one seem wrong to the other.
const CLOCK_SKEW_MAX: TimeDelta = TimeDelta::minutes(2);

/// The model's server, and what its answer says about our clock.
pub(super) async fn check(name: &str, model: &LlmSettings) -> Vec<Finding> {
    let what = format!("llm.{name}");
    match list_models(model).await {
        Ok(response) => {
            let skew = clock_skew(&response);
            let mut findings = vec![judge(what, response.status())];
            findings.extend(skew.filter(|skew| skew.abs() > CLOCK_SKEW_MAX).map(|skew| {
                let problem = format!("it differs by {} s from that of llm.{name}", skew.num_seconds());
                Finding::broken("clock", problem, "Set the clock, or let NTP do it.")
            }));
            findings
        }
        Err(error) => {
            let problem = format!("out of reach: {}", innermost(&error));
            vec![Finding::broken(what, problem, "Check its base_url and that the server runs.")]
        }
    }
}

fn judge(what: String, status: StatusCode) -> Finding {
    match status {
        status if status.is_success() => Finding::fine(what, "in reach, the key is accepted"),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Finding::broken(what, format!("it refuses the key ({status})"), "Set its api_key to a valid one.")
        }
        // Some servers list no models; what counts is that an HTTP server answers.
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            Finding::doubtful(what, "in reach; it lists no models, so check that base_url ends in /v1")
        }
        status => Finding::broken(what, format!("it answers {status}"), "Look into that server's logs."),
    }
}

async fn list_models(model: &LlmSettings) -> reqwest::Result<Response> {
    let base = model.base_url.as_ref().map_or("", url::Url::as_str).trim_end_matches('/');
    let client = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let key = model.api_key.as_ref().map(|key| key.expose_secret().to_owned());
    let request = match (model.kind, key) {
        (ProviderKind::OpenAi, None) => client.get(format!("{base}/models")),
        (ProviderKind::OpenAi, Some(key)) => client.get(format!("{base}/models")).bearer_auth(key),
        (ProviderKind::Anthropic, key) => {
            let base = base.trim_end_matches("/v1");
            let request = client.get(format!("{base}/v1/models")).header("anthropic-version", "2023-06-01");
            request.header("x-api-key", key.unwrap_or_default())
        }
    };
    request.send().await
}

fn clock_skew(response: &Response) -> Option<TimeDelta> {
    let theirs = DateTime::parse_from_rfc2822(response.headers().get("Date")?.to_str().ok()?).ok()?;
    Some(DateTime::<Utc>::from(now()).signed_duration_since(theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_key_is_broken_and_an_unlisted_model_is_not() {
        assert!(judge("m".into(), StatusCode::UNAUTHORIZED).is_broken());
        assert!(judge("m".into(), StatusCode::BAD_GATEWAY).is_broken());
        assert!(!judge("m".into(), StatusCode::NOT_FOUND).is_broken());
        assert!(!judge("m".into(), StatusCode::OK).is_broken());
    }
}
