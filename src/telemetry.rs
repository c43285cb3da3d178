//! Logs: one line an event on standard error, for people or for programs.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing::subscriber::SetGlobalDefaultError;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::{LogFormat, LogSettings};

/// Why logs can't be written.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Another part of the process has already decided where logs go.
    #[error("logs are already being written elsewhere in this process")]
    AlreadyStarted(#[from] SetGlobalDefaultError),
}

/// Starts writing logs to standard error, for the whole process.
///
/// # Errors
/// When that was done before.
pub fn start(settings: &LogSettings) -> Result<(), TelemetryError> {
    tracing::subscriber::set_global_default(subscriber(settings, io::stderr))?;
    Ok(())
}

/// Migrations say two lines for each of their steps, which nobody reads at a first start; whoever asks for them by name
/// gets them.
fn filter(settings: &LogSettings) -> EnvFilter {
    EnvFilter::new(format!("sea_orm_migration=warn,{}", settings.level.directives()))
}

/// Writes what is worth a line to `writer`.
fn subscriber<W>(settings: &LogSettings, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let lines = fmt().with_env_filter(filter(settings)).with_writer(writer);
    match settings.format {
        LogFormat::Json => Box::new(lines.json().with_span_list(false).finish()),
        LogFormat::Pretty => Box::new(lines.compact().with_ansi(io::stderr().is_terminal()).finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Lines {
        fn of(format: LogFormat, level: &str, events: impl FnOnce()) -> Vec<String> {
            let lines = Self::default();
            let settings = LogSettings { format, level: level.parse().unwrap() };
            let writer = lines.clone();
            tracing::subscriber::with_default(subscriber(&settings, move || writer.clone()), events);
            let written = lines.0.lock().unwrap().clone();
            String::from_utf8(written).unwrap().lines().map(str::to_owned).collect()
        }
    }

    const HOSTILE: &str = "a\nb\r\u{1b}[31m\"}{\"level\":\"ERROR\"";

    #[test]
    fn every_event_is_one_line_of_valid_json_whatever_its_fields_hold() {
        let lines = Lines::of(LogFormat::Json, "info", || {
            let span = tracing::info_span!("http.chatbots.create", chatbot.id = HOSTILE);
            span.in_scope(|| tracing::warn!(name = HOSTILE, "{HOSTILE}"));
        });
        assert_eq!(lines.len(), 1);
        let event: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
        assert_eq!(event["level"], "WARN");
        assert_eq!(event["fields"]["message"], HOSTILE);
        assert_eq!(event["span"]["chatbot.id"], HOSTILE);
    }

    #[test]
    fn what_lies_below_the_level_is_not_written() {
        let lines = Lines::of(LogFormat::Pretty, "warn", || {
            tracing::info!("quiet");
            tracing::error!("loud");
        });
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("loud"));
    }
}
