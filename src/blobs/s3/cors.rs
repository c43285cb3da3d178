//! Whether browsers may send to the bucket (CORS): the store asks the bucket's own rules.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{CorsConfiguration, CorsRule};

use super::access::S3Access;
use super::fault::S3Fault;

/// The name of our rule among others.
const RULE: &str = "aihio-uploads";
/// What browsers send with a file.
const HEADERS: [&str; 2] = ["content-type", "x-amz-checksum-sha256"];
/// What must be told of a part once it is there.
const EXPOSED: &str = "ETag";
/// For how long browsers need not ask again, in seconds.
const MAX_AGE_SECONDS: i32 = 3_000;

/// Whether a site's pages may send to the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorsState {
    /// They may.
    Allowed,
    /// They may not.
    Missing,
}

/// Whether pages of `origin` may send files to the bucket, whole and in parts.
///
/// # Errors
/// When the bucket's rules can't be read.
pub async fn uploads_allowed(access: &S3Access, origin: &str) -> Result<CorsState, S3Fault> {
    let rules = rules(&access.client(), &access.bucket).await?;
    Ok(if rules.iter().any(|rule| allows(rule, origin)) { CorsState::Allowed } else { CorsState::Missing })
}

/// Lets pages of `origin` send files to the bucket. Other rules stay.
///
/// # Errors
/// When the bucket's rules can't be read or changed.
pub async fn allow_uploads(access: &S3Access, origin: &str) -> Result<(), S3Fault> {
    let client = access.client();
    let mut wanted = rules(&client, &access.bucket).await?;
    wanted.retain(|rule| rule.id() != Some(RULE));
    wanted.push(rule(origin)?);
    let wanted =
        CorsConfiguration::builder().set_cors_rules(Some(wanted)).build().map_err(S3Fault::unmade)?;
    client
        .put_bucket_cors()
        .bucket(&access.bucket)
        .cors_configuration(wanted)
        .send()
        .await
        .map_err(S3Fault::of)?;
    Ok(())
}

async fn rules(client: &Client, bucket: &str) -> Result<Vec<CorsRule>, S3Fault> {
    match client.get_bucket_cors().bucket(bucket).send().await {
        Ok(found) => Ok(found.cors_rules.unwrap_or_default()),
        Err(error) if error.code() == Some("NoSuchCORSConfiguration") => Ok(Vec::new()),
        Err(error) => Err(S3Fault::of(error)),
    }
}

fn rule(origin: &str) -> Result<CorsRule, S3Fault> {
    CorsRule::builder()
        .id(RULE)
        .allowed_origins(origin)
        .allowed_methods("PUT")
        .set_allowed_headers(Some(HEADERS.map(str::to_owned).to_vec()))
        .expose_headers(EXPOSED)
        .max_age_seconds(MAX_AGE_SECONDS)
        .build()
        .map_err(S3Fault::unmade)
}

fn allows(rule: &CorsRule, origin: &str) -> bool {
    let exposes = rule.expose_headers().iter().any(|header| header.eq_ignore_ascii_case(EXPOSED));
    let headers = HEADERS.iter().all(|header| {
        let header_fits = |pattern: &String| fits(&pattern.to_ascii_lowercase(), header);
        rule.allowed_headers().iter().any(header_fits)
    });
    let puts = rule.allowed_methods().iter().any(|method| method == "PUT");
    puts && exposes && headers && rule.allowed_origins().iter().any(|pattern| fits(pattern, origin))
}

/// A pattern may hold one `*`, which stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        Some((before, after)) => {
            text.len() >= before.len() + after.len() && text.starts_with(before) && text.ends_with(after)
        }
        None => pattern == text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_rule_allows_our_pages_alone() {
        let rule = rule("https://chat.example.com").unwrap();
        assert!(allows(&rule, "https://chat.example.com"));
        assert!(!allows(&rule, "https://chat.example.com.evil.com"));
    }

    #[test]
    fn others_rules_may_do_as_well() {
        let wide = |origin: &str| {
            CorsRule::builder()
                .allowed_origins(origin)
                .allowed_methods("PUT")
                .allowed_headers("*")
                .expose_headers("etag")
                .build()
                .unwrap()
        };
        assert!(allows(&wide("https://*.example.com"), "https://chat.example.com"));
        assert!(allows(&wide("*"), "https://chat.example.com"));
        assert!(!allows(&wide("https://*.example.com"), "https://chat.example.org"));
        let silent = CorsRule::builder().allowed_origins("*").allowed_methods("PUT").allowed_headers("*");
        assert!(!allows(&silent.build().unwrap(), "https://chat.example.com"), "parts need their tags");
    }
}
