//! What operators meet: defaults, layers, and refusals that say where and what to do.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use aihio_actors::model::PlanId;
use secrecy::ExposeSecret;

use super::*;

fn environment(pairs: &[(&str, &str)]) -> LoadOptions {
    let environment = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    LoadOptions { file: None, environment }
}

fn load(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    Settings::load(environment(pairs))
}

fn refusal(pairs: &[(&str, &str)]) -> SettingsError {
    load(pairs).expect_err("these settings must be refused")
}

/// A settings file in a folder of its own that goes away with it.
struct SettingsFile(PathBuf);

impl SettingsFile {
    fn holding(text: &str) -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("aihio-settings-{}-{number}", std::process::id()));
        fs::create_dir(&folder).expect("the temporary folder can be written");
        let path = folder.join("my.toml");
        fs::write(&path, text).expect("the temporary folder can be written");
        Self(path)
    }

    fn load(&self, pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::load(LoadOptions { file: Some(self.0.clone()), ..environment(pairs) })
    }
}

impl Drop for SettingsFile {
    fn drop(&mut self) {
        if let Some(folder) = self.0.parent() {
            fs::remove_dir_all(folder).ok();
        }
    }
}

#[test]
fn without_a_file_or_environment_everything_is_local() {
    let settings = load(&[]).unwrap();
    assert_eq!(settings.http.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.public_url(), "http://127.0.0.1:8080");
    assert_eq!(settings.database_url().expose_secret(), "sqlite://./data/aihio.db?mode=rwc");
    assert_eq!(settings.journal.durability, Durability::Commit);
    assert_eq!(settings.billing.default_plan, PlanId("unlimited".into()));
    assert!(settings.redis.url.is_none() && settings.llm.is_empty() && settings.demo.enabled);
    assert!(settings.http.workers() >= 1);
    assert_eq!(settings.warnings(), Vec::<String>::new());
}

#[test]
fn every_default_is_explained_in_the_line_above_it() {
    let lines: Vec<&str> = DEFAULT_TOML.lines().collect();
    for pair in lines.windows(2) {
        if let [above, line] = pair {
            let is_key = line.contains(" = ") && !line.starts_with('#');
            assert!(!is_key || above.starts_with('#'), "no comment above: {line}");
        }
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let file = SettingsFile::holding("[http]\nbind = \"127.0.0.1:1\"\nworkers = 3\n");
    let settings = file.load(&[("AIHIO__HTTP__BIND", "127.0.0.1:2")]).unwrap();
    assert_eq!(settings.http.bind.port(), 2);
    assert_eq!(settings.http.workers(), 3);
    assert_eq!(settings.http.body_bytes_max, 1_048_576);
}

#[test]
fn values_of_every_kind_can_be_given_in_the_environment() {
    let settings = load(&[
        ("AIHIO__DATA_DIR", "/srv/a?b"),
        ("AIHIO__LIMITS__ENABLED", "false"),
        ("AIHIO__LIMITS__SOCKET_MESSAGES_BURST", "99"),
        ("AIHIO__CRAWLER__ALLOW_PRIVATE", "127.0.0.1:9000, site.test:80"),
        ("AIHIO__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1"),
        ("AIHIO__JOURNAL__DURABILITY", "async"),
        ("AIHIO__OWNER__PASSWORD", "0123456789"),
        ("AIHIO_CONFIG", "is not a setting"),
    ])
    .unwrap();
    assert!(!settings.limits.enabled);
    assert_eq!(settings.limits.socket_messages_burst.get(), 99);
    assert_eq!(settings.crawler.allow_private.len(), 2);
    assert_eq!(settings.http.trusted_proxies.len(), 2);
    assert_eq!(settings.journal.durability, Durability::Async);
    assert_eq!(settings.owner.password.as_ref().unwrap().expose_secret(), "0123456789");
    assert_eq!(settings.database_url().expose_secret(), "sqlite:///srv/a%3Fb/aihio.db?mode=rwc");
}

#[test]
fn a_model_is_a_section_under_a_name_of_ones_own() {
    let settings = load(&[
        ("AIHIO__LLM__LOCAL__BASE_URL", "http://127.0.0.1:11434/v1"),
        ("AIHIO__LLM__LOCAL__MODEL", "llama3.2"),
        ("AIHIO__LLM__LOCAL__API_KEY", "007"),
    ])
    .unwrap();
    let local = &settings.llm["local"];
    assert_eq!(local.kind, ProviderKind::OpenAi);
    assert_eq!(local.model.as_deref(), Some("llama3.2"));
    assert_eq!(local.api_key.as_ref().unwrap().expose_secret(), "007");
}

#[test]
fn an_unknown_key_is_refused_wherever_it_stands_and_the_nearest_is_named() {
    let error = refusal(&[("AIHIO__HTTP__BNID", "x")]);
    assert_eq!(error.to_string(), "`http.bnid` is not a setting");
    assert_eq!(error.place().to_string(), "the environment variable AIHIO__HTTP__BNID");
    assert_eq!(error.cure(), "Did you mean `http.bind` (AIHIO__HTTP__BIND)? Otherwise remove it.");

    let file = SettingsFile::holding("[journal]\ndurabilty = \"commit\"\n");
    let error = file.load(&[]).unwrap_err();
    assert_eq!(error.place(), &Place::File(file.0.clone()));
    assert!(error.cure().contains("`journal.durability`"), "{}", error.cure());
}

#[test]
fn a_value_of_the_wrong_kind_is_refused_with_key_place_and_reason() {
    let cases = [
        ("AIHIO__HTTP__BIND", "nowhere", "`http.bind`"),
        ("AIHIO__HTTP__WORKERS", "many", "`http.workers`"),
        ("AIHIO__HTTP__WORKERS", "-1", "`http.workers`"),
        ("AIHIO__HTTP__PUBLIC_URL", "ftp://a", "`http.public_url`"),
        ("AIHIO__HTTP__PUBLIC_URL", "https://a/b", "`http.public_url`"),
        ("AIHIO__HTTP__DRAIN_SECONDS", "0", "`http.drain_seconds`"),
        ("AIHIO__HTTP__TRUSTED_PROXIES", "10.0.0.0/8,proxy", "`http.trusted_proxies"),
        ("AIHIO__DATABASE__MIGRATE", "perhaps", "`database.migrate`"),
        ("AIHIO__DATABASE__CONNECTIONS_MAX", "0", "`database.connections_max`"),
        ("AIHIO__DATABASE__URL", "mysql://root:hunter2-hunter2@h/db", "`database.url`"),
        ("AIHIO__REDIS__URL", "http://h", "`redis.url`"),
        ("AIHIO__OWNER__EMAIL", "nobody", "`owner.email`"),
        ("AIHIO__OWNER__PASSWORD", "hunter2", "`owner.password`"),
        ("AIHIO__JOURNAL__DURABILITY", "maybe", "`journal.durability`"),
        ("AIHIO__JOURNAL__QUEUE_RECORDS_MAX", "1", "`journal.queue_records_max`"),
        ("AIHIO__RECORDING__KEEP_DAYS", "0", "`recording.keep_days`"),
        ("AIHIO__LIMITS__LOGIN_ATTEMPTS_PER_MINUTE", "0", "`limits.login_attempts_per_minute`"),
        ("AIHIO__LIMITS__SOCKET_MESSAGES_BURST", "1", "`limits.socket_messages_burst`"),
        ("AIHIO__CRAWLER__ALLOW_PRIVATE", "localhost", "`crawler.allow_private"),
        ("AIHIO__BILLING__DEFAULT_PLAN", "gold", "`billing.default_plan`"),
        ("AIHIO__LOG__FORMAT", "xml", "`log.format`"),
        ("AIHIO__LOG__LEVEL", "loud", "`log.level`"),
        ("AIHIO__LLM__A__KIND", "gemini", "`llm.a.kind`"),
        ("AIHIO__LLM__A__PRICES", "small=cheap", "`llm.a.prices"),
        ("AIHIO__LLM__A__MODEL", "m", "`llm.a.base_url`"),
    ];
    for (name, value, key) in cases {
        let error = refusal(&[(name, value)]);
        let said = error.to_string();
        assert!(said.starts_with(key), "{name}={value}: {said}");
        assert!(!said.contains("hunter2"), "a secret is printed: {said}");
        assert!(!said.contains("enum "), "a type of ours is printed: {said}");
        let named = error.place() == &Place::Environment(name.to_owned());
        assert!(named || key == "`llm.a.base_url`", "{name}={value}: {}", error.place());
    }
}

#[test]
fn what_this_version_lacks_is_refused_rather_than_ignored() {
    let cases = [
        ("AIHIO__DATABASE__REPLICA_URLS", "postgres://a,postgres://b"),
        ("AIHIO__STORAGE__S3__PUBLIC_BUCKET", "b"),
        ("AIHIO__STRIPE__SECRET_KEY", "sk"),
        ("AIHIO__OIDC__ISSUER", "https://i"),
        ("AIHIO__SMTP__URL", "smtp://m"),
        ("AIHIO__SENTRY__DSN", "https://s"),
        ("AIHIO__OTLP__ENDPOINT", "http://o"),
    ];
    for (name, value) in cases {
        let error = refusal(&[(name, value)]);
        assert!(error.to_string().ends_with("is not supported by this version"), "{error}");
        assert!(load(&[(name, "")]).is_ok(), "{name} left empty is as good as not set");
    }
}

#[cfg(feature = "s3")]
#[test]
fn a_bucket_needs_a_name_that_fits_and_a_key() {
    const BUCKET: (&str, &str) = ("AIHIO__STORAGE__S3__BUCKET", "my-uploads");
    const ID: (&str, &str) = ("AIHIO__STORAGE__S3__ACCESS_KEY_ID", "AKID");
    const SECRET: (&str, &str) = ("AIHIO__STORAGE__S3__SECRET_ACCESS_KEY", "hush");
    let settings = load(&[BUCKET, ID, SECRET]).unwrap();
    assert_eq!(settings.storage.s3.bucket.as_deref(), Some("my-uploads"));
    assert!(!format!("{settings:?}").contains("hush"));
    assert!(refusal(&[BUCKET, SECRET]).to_string().contains("storage.s3.access_key_id"));
    assert!(refusal(&[BUCKET, ID]).to_string().contains("storage.s3.secret_access_key"));
    assert!(refusal(&[("AIHIO__STORAGE__S3__BUCKET", "../x"), ID, SECRET]).to_string().contains("3 to 63"));
    let nowhere = refusal(&[("AIHIO__STORAGE__S3__ENDPOINT", "http://127.0.0.1:9000")]);
    assert!(nowhere.to_string().contains("storage.s3.bucket"));
    assert!(refusal(&[("AIHIO__STORAGE__S3__PART_BYTES", "1000000")]).to_string().contains("part_bytes"));
}

#[test]
fn several_processes_need_a_postgresql_and_a_redis_to_share() {
    const ON: (&str, &str) = ("AIHIO__CLUSTER__ENABLED", "true");
    const REDIS: (&str, &str) = ("AIHIO__REDIS__URL", "redis://redis.internal");
    const POSTGRES: (&str, &str) = ("AIHIO__DATABASE__URL", "postgres://db.internal/aihio");
    assert!(refusal(&[ON, POSTGRES]).to_string().contains("set redis.url"));
    assert!(refusal(&[ON, REDIS]).to_string().contains("set database.url"));
    let settings = load(&[ON, REDIS, POSTGRES]).unwrap();
    assert_eq!(settings.cluster.lease(), std::time::Duration::from_secs(5));
    let long = refusal(&[("AIHIO__CLUSTER__LEASE_SECONDS", "61")]).to_string();
    assert!(long.contains("`cluster.lease_seconds`") && long.contains("between 1 and 60"), "{long}");
}

#[test]
fn a_file_that_is_missing_or_no_toml_is_refused_by_its_path() {
    let missing = PathBuf::from("/nonexistent/aihio.toml");
    let error =
        Settings::load(LoadOptions { file: Some(missing.clone()), ..LoadOptions::default() }).unwrap_err();
    assert_eq!(error.place(), &Place::File(missing));

    let file = SettingsFile::holding("[http\nbind = 1\n");
    let error = file.load(&[]).unwrap_err();
    assert!(
        matches!(&error, SettingsError::Malformed { place, .. } if place == &Place::File(file.0.clone()))
    );
}

#[test]
fn secrets_are_not_in_what_is_printed_for_debugging() {
    let settings = load(&[
        ("AIHIO__OWNER__PASSWORD", "hunter2-hunter2"),
        ("AIHIO__DATABASE__URL", "postgres://u:hunter2-hunter2@h/db"),
        ("AIHIO__REDIS__URL", "redis://:hunter2-hunter2@h"),
        ("AIHIO__LLM__A__BASE_URL", "https://h/v1"),
        ("AIHIO__LLM__A__MODEL", "m"),
        ("AIHIO__LLM__A__API_KEY", "hunter2-hunter2"),
    ])
    .unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_plans_file_takes_the_place_of_the_embedded_plans() {
    let plans = SettingsFile::holding("[gold]\nname = \"Gold\"\nchatbots = 7\n");
    let path = plans.0.to_str().unwrap();
    let settings =
        load(&[("AIHIO__BILLING__PLANS_FILE", path), ("AIHIO__BILLING__DEFAULT_PLAN", "gold")]).unwrap();
    let gold = &settings.billing.plans[&PlanId("gold".into())];
    assert_eq!((gold.name.as_str(), gold.chatbots, gold.sources), ("Gold", Some(7), None));
    assert_eq!(settings.billing.plans.len(), 1);

    let error = refusal(&[("AIHIO__BILLING__PLANS_FILE", path)]);
    assert!(error.to_string().contains("there is no plan `unlimited`, only gold"), "{error}");

    let mistyped = SettingsFile::holding("[gold]\nname = \"Gold\"\nchatbot = 7\n");
    let error = refusal(&[("AIHIO__BILLING__PLANS_FILE", mistyped.0.to_str().unwrap())]);
    assert_eq!(error.place(), &Place::File(mistyped.0.clone()));
}

#[test]
fn the_embedded_plans_grow_from_free_to_unlimited() {
    let plans = load(&[]).unwrap().billing.plans;
    let answers = |id: &str| plans[&PlanId(id.into())].answers_per_month.unwrap_or(u64::MAX);
    assert!(answers("free") < answers("starter") && answers("starter") < answers("business"));
    assert_eq!(
        plans[&PlanId("unlimited".into())],
        aihio_actors::model::Plan { name: "Unlimited".into(), ..Default::default() }
    );
}

#[test]
fn the_file_for_production_is_accepted_and_raises_no_doubts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/production.toml");
    let settings = Settings::load(LoadOptions { file: Some(path), ..LoadOptions::default() }).unwrap();
    assert_eq!(settings.warnings(), Vec::<String>::new());
    assert!(!settings.registration.enabled && !settings.demo.enabled);
}

#[test]
fn doubtful_combinations_are_named() {
    let settings = load(&[("AIHIO__HTTP__BIND", "0.0.0.0:80"), ("AIHIO__LIMITS__ENABLED", "false")]).unwrap();
    let warnings = settings.warnings().join("\n");
    for word in ["http.public_url", "https", "demo.enabled", "registration.enabled", "limits.enabled"] {
        assert!(warnings.contains(word), "{word} in {warnings}");
    }
}

#[test]
fn the_manual_names_every_setting_with_its_default() {
    let manual = include_str!("../../docs/src/configuration.md");
    let mut section = String::new();
    for line in DEFAULT_TOML.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = format!("{name}.");
        }
        let Some((key, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) else { continue };
        let with_default = format!("| `{section}{key}` | `{value}` |");
        let without = format!("| `{section}{key}` | ");
        let refused = value == "\"\"" && manual.contains(&without);
        assert!(manual.contains(&with_default) || refused, "{section}{key} = {value}");
    }
}
