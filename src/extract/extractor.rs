//! The port's implementation: the size is looked at here, everything else elsewhere.

use std::path::PathBuf;
use std::sync::Arc;

use aihio_actors::ports::{ExtractError, Extracted, Extractor, Outline, Raw, WebPage};
use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::child::{WorkerProgram, too_slow};
use super::limits::ExtractLimits;
use super::reader::{check_size, read};
use super::wire::Form;

/// Where documents are looked at and parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Isolation {
    /// In a process for each document, started from this executable.
    Process(PathBuf),
    /// On a blocking thread of this process: a parser that never ends keeps its thread, and one that overflows its
    /// stack takes everything down. For programs that can't start themselves as a worker.
    Thread,
}

impl Isolation {
    /// A process of our own kind, where this executable is `aihio`.
    #[must_use]
    pub fn detect() -> Self {
        match std::env::current_exe() {
            Ok(program) if program.file_stem().is_some_and(|name| name == "aihio") => Self::Process(program),
            _ => Self::Thread,
        }
    }
}

/// Reads documents, a few at a time.
#[derive(Debug)]
pub struct DocumentExtractor {
    worker: Option<WorkerProgram>,
    limits: Arc<ExtractLimits>,
    turns: Arc<Semaphore>,
}

impl DocumentExtractor {
    /// An extractor that parses where `isolation` says.
    #[must_use]
    pub fn new(isolation: Isolation, limits: ExtractLimits) -> Self {
        let worker = match isolation {
            Isolation::Process(program) => Some(WorkerProgram::new(program)),
            Isolation::Thread => None,
        };
        let turns = Arc::new(Semaphore::new(limits.concurrent_max.get()));
        Self { worker, limits: Arc::new(limits), turns }
    }

    async fn read_as(&self, form: Form, raw: Raw) -> Result<WebPage, ExtractError> {
        check_size(&raw, &self.limits)?;
        // Never closed, so that there is always a turn to be had.
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        match &self.worker {
            Some(worker) => worker.read(form, &raw, &self.limits).await,
            None => self.read_on_thread(form, raw, turn).await,
        }
    }

    /// Reads on a blocking thread. The turn goes with the thread: one that outlives its deadline takes no other's.
    async fn read_on_thread(
        &self,
        form: Form,
        raw: Raw,
        turn: Option<OwnedSemaphorePermit>,
    ) -> Result<WebPage, ExtractError> {
        let limits = Arc::clone(&self.limits);
        let thread = spawn_blocking(move || {
            let outcome = read(form, &raw, &limits);
            drop(turn);
            outcome
        });
        match timeout(self.limits.deadline, thread).await {
            Ok(outcome) => outcome.unwrap_or_else(|_| Err(too_slow())),
            Err(_) => Err(too_slow()),
        }
    }
}

#[async_trait]
impl Extractor for DocumentExtractor {
    async fn extract(&self, raw: Raw) -> Result<Extracted, ExtractError> {
        let WebPage { title, text, .. } = self.read_as(Form::Document, raw).await?;
        Ok(Extracted { title, text })
    }

    async fn page(&self, raw: Raw) -> Result<WebPage, ExtractError> {
        self.read_as(Form::Page, raw).await
    }

    async fn sitemap(&self, raw: Raw) -> Result<Outline, ExtractError> {
        Ok(self.read_as(Form::Sitemap, raw).await?.outline)
    }
}

#[cfg(test)]
mod tests {
    use super::super::pdf::tests::pdf_of;
    use super::*;

    fn raw(bytes: impl Into<bytes::Bytes>, filename: &str) -> Raw {
        Raw {
            bytes: bytes.into(),
            filename: filename.into(),
            content_type: "application/octet-stream".into(),
        }
    }

    fn extractor() -> DocumentExtractor {
        DocumentExtractor::new(Isolation::Thread, ExtractLimits::default())
    }

    #[tokio::test]
    async fn each_kind_is_read() {
        let cases = [
            (raw(pdf_of("T", &["We open at nine."]), "hours"), "We open at nine."),
            (raw("<html><body><p>We open at nine.</p></body></html>", "hours"), "We open at nine."),
            (raw("# Hours\r\nWe open at nine.", "hours.md"), "# Hours\nWe open at nine."),
            (raw("We open at nine.  \n", "hours.txt"), "We open at nine."),
        ];
        for (document, text) in cases {
            assert_eq!(extractor().extract(document).await.unwrap().text, text);
        }
    }

    #[tokio::test]
    async fn a_document_beyond_the_limit_is_refused() {
        let limits = ExtractLimits { input_bytes_max: 3, ..ExtractLimits::default() };
        let extractor = DocumentExtractor::new(Isolation::Thread, limits);
        assert!(matches!(extractor.extract(raw("four", "a.txt")).await, Err(ExtractError::TooLarge(_))));
    }

    #[tokio::test]
    async fn mutilated_files_fail_and_crash_nothing() {
        let whole = pdf_of("T", &["We open at nine."]);
        let extractor = extractor();
        for cut in (5..whole.len()).step_by(37) {
            let mut file = whole.clone();
            file.truncate(cut);
            let outcome = extractor.extract(raw(file, "a.pdf")).await;
            assert!(
                outcome.is_err() || outcome.is_ok_and(|read| read.text == "We open at nine."),
                "cut at {cut}"
            );
        }
        assert!(extractor.extract(raw(whole, "a.pdf")).await.is_ok(), "turns are given back");
    }

    #[test]
    fn a_test_is_no_worker() {
        assert_eq!(Isolation::detect(), Isolation::Thread);
    }
}
