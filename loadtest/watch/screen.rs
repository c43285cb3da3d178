//! The terminal that the live view is drawn on, in a thread of its own: drawing delays no socket.

use std::io;
use std::process;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::EXIT_EARLY;
use crate::halt::HaltSwitch;
use crate::watch::board::{Board, Moment};

/// How often it is drawn anew, and how long a key may wait.
const PERIOD: Duration = Duration::from_millis(200);

/// A live view that is being drawn.
#[derive(Debug)]
pub(super) struct Screen {
    moments: Sender<Moment>,
    thread: JoinHandle<()>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it can't be drawn on.
    pub(super) fn open(board: Board, switch: HaltSwitch) -> io::Result<Self> {
        let terminal = ratatui::try_init()?;
        let (moments, seen) = channel();
        let drawing = Drawing { terminal, board, switch };
        let thread = thread::Builder::new().name("screen".into()).spawn(move || drawing.go_on(&seen))?;
        Ok(Self { moments, thread })
    }

    /// Shows what was seen.
    pub(super) fn show(&self, moment: Moment) {
        // A screen that could not be drawn any more has given the terminal back.
        let _ = self.moments.send(moment);
    }

    /// Gives the terminal back.
    pub(super) fn close(self) {
        drop(self.moments);
        let _ = self.thread.join();
    }
}

struct Drawing {
    terminal: DefaultTerminal,
    board: Board,
    switch: HaltSwitch,
}

impl Drawing {
    fn go_on(mut self, seen: &Receiver<Moment>) {
        while self.is_watched(seen) {
            let drawn = self.terminal.draw(|frame| self.board.draw(frame, Instant::now())).map(drop);
            if drawn.and_then(|()| self.listen()).is_err() {
                break;
            }
        }
        ratatui::restore();
    }

    /// Takes in what was seen; false when the run is over.
    fn is_watched(&mut self, seen: &Receiver<Moment>) -> bool {
        loop {
            match seen.try_recv() {
                Ok(moment) => self.board.see(moment),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }

    fn listen(&mut self) -> io::Result<()> {
        if !event::poll(PERIOD)? {
            return Ok(());
        }
        if let Event::Key(key) = event::read()? {
            match wish(key) {
                Some(Wish::EndNow) if self.switch.was_asked() => {
                    ratatui::restore();
                    process::exit(EXIT_EARLY.into());
                }
                Some(Wish::End | Wish::EndNow) => {
                    self.switch.ask();
                    self.board.end();
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// End in order, with a report.
    End,
    /// The same; at once when it comes a second time.
    EndNow,
}

fn wish(key: KeyEvent) -> Option<Wish> {
    match key.code {
        _ if key.kind != KeyEventKind::Press => None,
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Wish::EndNow),
        KeyCode::Char('q') | KeyCode::Esc => Some(Wish::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_end_the_run_and_others_do_nothing() {
        let key = |code, modifiers| wish(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('q'), KeyModifiers::NONE), Some(Wish::End));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Wish::EndNow));
        assert_eq!(key(KeyCode::Char('c'), KeyModifiers::NONE), None);
        let mut released = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
        released.kind = KeyEventKind::Release;
        assert_eq!(wish(released), None);
    }
}
