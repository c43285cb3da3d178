//! Ending a run before its end: by Ctrl-C, by a termination signal, or by `q` in the live view.

use tokio::sync::watch;

/// Asks the run to end.
#[derive(Debug, Clone)]
pub(crate) struct HaltSwitch(watch::Sender<bool>);

/// Hears of it.
#[derive(Debug, Clone)]
pub(crate) struct Halt(watch::Receiver<bool>);

/// A switch, and what hears it.
pub(crate) fn halt() -> (HaltSwitch, Halt) {
    let (sender, receiver) = watch::channel(false);
    (HaltSwitch(sender), Halt(receiver))
}

impl HaltSwitch {
    /// The run is to end, and to report what it has measured so far.
    pub(crate) fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked before.
    pub(crate) fn was_asked(&self) -> bool {
        *self.0.borrow()
    }
}

impl Halt {
    /// Whether the run is to end.
    pub(crate) fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the run is to end, or for ever.
    pub(crate) async fn asked(&mut self) {
        if self.0.wait_for(|asked| *asked).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_hears_of_it_and_it_stays_asked() {
        let (switch, halt) = halt();
        let mut waiting = halt.clone();
        assert!(!halt.is_asked());
        switch.ask();
        waiting.asked().await;
        waiting.asked().await;
        assert!(halt.is_asked());
    }
}
