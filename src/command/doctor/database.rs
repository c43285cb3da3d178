//! The store: in reach, and with the schema that this program needs.

use std::path::PathBuf;

use aihio_migrations::MigrateError;
use secrecy::ExposeSecret;

use super::finding::Finding;
use crate::settings::Settings;

pub(super) async fn check(settings: &Settings) -> Finding {
    let what = "database";
    let url = settings.database_url();
    // Opening SQLite would make the file, and this command changes nothing.
    if let Some(file) = sqlite_file(url.expose_secret()).filter(|file| !file.exists()) {
        return Finding::fine(what, format!("SQLite, {} will be made at start", file.display()));
    }
    judge(settings, &aihio_migrations::pending_at(url.expose_secret()).await)
}

fn judge(settings: &Settings, pending: &Result<Vec<&'static str>, MigrateError>) -> Finding {
    let what = "database";
    match pending {
        Ok(steps) if steps.is_empty() => Finding::fine(what, "in reach, the schema is up to date"),
        Ok(steps) if settings.database.migrate => {
            Finding::fine(what, format!("in reach, {} schema steps will be applied at start", steps.len()))
        }
        Ok(steps) => {
            Finding::broken(what, format!("{} schema steps are pending", steps.len()), "Run `aihio migrate`.")
        }
        Err(MigrateError::Database(error)) => Finding::broken(
            what,
            format!("can't be used: {error}"),
            "Check database.url (host, name, user, password) and that the database runs.",
        ),
        Err(error) => Finding::broken(
            what,
            error.to_string(),
            "Start the version of aihio that made it, or a newer one.",
        ),
    }
}

fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    let path = path.split('?').next().unwrap_or(path);
    let unescaped = path.replace("%3F", "?").replace("%23", "#").replace("%25", "%");
    (unescaped != ":memory:").then(|| unescaped.into())
}

#[cfg(test)]
mod tests {
    use super::super::super::unique::unique;
    use super::*;
    use crate::settings::LoadOptions;

    fn in_folder(folder: &std::path::Path, pairs: &[(&str, &str)]) -> Settings {
        let mut environment: std::collections::BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        environment.insert("AIHIO__DATA_DIR".into(), folder.display().to_string());
        Settings::load(LoadOptions { file: None, environment }).unwrap()
    }

    #[tokio::test]
    async fn a_database_that_lacks_the_schema_is_broken_only_where_start_may_not_mend_it() {
        let folder = std::env::temp_dir().join(format!("aihio {}?", unique()));
        let settings = in_folder(&folder, &[]);
        assert!(check(&settings).await.to_string().contains("will be made at start"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("aihio.db"), b"").unwrap();
        assert!(check(&settings).await.to_string().contains("will be applied at start"));
        assert!(check(&in_folder(&folder, &[("AIHIO__DATABASE__MIGRATE", "false")])).await.is_broken());
        aihio_migrations::apply(settings.database_url().expose_secret()).await.unwrap();
        assert!(check(&settings).await.to_string().contains("up to date"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_database_out_of_reach_is_broken_and_its_password_is_not_shown() {
        let settings = in_folder(
            &std::env::temp_dir(),
            &[("AIHIO__DATABASE__URL", "postgres://u:hunter2@127.0.0.1:1/db?connect_timeout=1")],
        );
        let finding = check(&settings).await;
        assert!(finding.is_broken());
        assert!(!finding.to_string().contains("hunter2"), "{finding}");
    }
}
