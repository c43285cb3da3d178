//! One visitor's place in the crowd: a socket at a time, and where visitors come back, one after the other.

use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;
use crate::connection::{self, ConnectError, Socket};
use crate::conversation::{Ending, Finding, Persistence};
use crate::dialogue::Dialogue;
use crate::fault::Fault;
use crate::pacer::Arrival;
use crate::serving::{Instruction, Line, Orders, Served, SharedRecorder};
use crate::target::Target;

/// Arrivals that one socket may fall behind by.
const QUEUE: usize = 1_024;

/// What a socket needs to open.
pub(crate) struct Seat {
    targets: Rc<[Target]>,
    persistence: Persistence,
    recorder: SharedRecorder,
    /// How long one opening may take.
    patience: Duration,
}

/// Which socket of the run it is, and which try.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    number: u32,
    turn: u32,
}

impl Seat {
    /// A seat that nobody has taken yet.
    pub(crate) fn new(
        targets: Rc<[Target]>,
        persistence: Persistence,
        recorder: SharedRecorder,
        patience: Duration,
    ) -> Self {
        Self { targets, persistence, recorder, patience }
    }

    /// One visitor's whole visit.
    pub(crate) async fn attend<D: Dialogue>(
        self,
        arrival: Arrival,
        mut dialogue: D,
        opened: mpsc::UnboundedSender<mpsc::Sender<Instruction>>,
    ) {
        let mut attempt = Attempt { number: u32::try_from(arrival.index).unwrap_or(u32::MAX), turn: 0 };
        let mut socket = match self.open(attempt, &mut dialogue).await {
            Ok(socket) => socket,
            Err(error) => return self.stays_away(&error),
        };
        let (instructions, receiver) = mpsc::channel(QUEUE);
        {
            let mut recorder = self.recorder.borrow_mut();
            recorder.connect.record(arrival.due.elapsed());
            recorder.connected += 1;
        }
        // The other end waits for exactly this.
        let _ = opened.send(instructions);
        drop(opened);
        let mut orders = Orders::new(receiver);
        loop {
            let line = Line::over(socket, &mut dialogue, Rc::clone(&self.recorder));
            let Served::Lost(code) = line.serve(&mut orders).await else { return };
            let again = match self.comes_back_after(code) {
                true => self.come_back(&mut attempt, &mut dialogue, &orders, code).await,
                false => None,
            };
            match again {
                Some(again) => socket = again,
                None => return self.give_up(code, dialogue, &mut orders),
            }
        }
    }

    fn stays_away(&self, error: &ConnectError) {
        let mut recorder = self.recorder.borrow_mut();
        recorder.not_connected += 1;
        error.fault().into_iter().for_each(|fault| recorder.fault(fault, 1));
    }

    /// Opens a socket and the dialogue over it.
    async fn open<D: Dialogue>(&self, attempt: Attempt, dialogue: &mut D) -> Result<Socket, ConnectError> {
        let opening = async {
            let turn = usize::try_from(attempt.number.wrapping_add(attempt.turn)).unwrap_or(0);
            let target = self.targets.get(turn % self.targets.len().max(1)).ok_or(ConnectError::TimedOut)?;
            let socket = connection::open(target, attempt.number).await?;
            Ok(Line::open(socket, dialogue, Rc::clone(&self.recorder)).await?.into_socket())
        };
        timeout(self.patience, opening).await.unwrap_or(Err(ConnectError::TimedOut))
    }

    /// Published clients come back after every end but those that the server calls final (3500 to 3999 and 4500 to
    /// 4999).
    fn comes_back_after(&self, code: u16) -> bool {
        self.persistence == Persistence::Returns && !matches!(code, 3_500..=3_999 | 4_500..=4_999)
    }

    /// Tries until the session is there again; none when the run is over before.
    async fn come_back<D: Dialogue>(
        &self,
        attempt: &mut Attempt,
        dialogue: &mut D,
        orders: &Orders,
        code: u16,
    ) -> Option<Socket> {
        let lost_at = Instant::now();
        let mut backoff = Backoff::new(u64::from(attempt.number) << 32 | u64::from(attempt.turn));
        self.recorder.borrow_mut().record(Finding::Overcome(Fault::Closed(code)));
        while !orders.are_over() {
            dialogue.cut();
            sleep(backoff.wait()).await;
            attempt.turn += 1;
            match self.open(*attempt, dialogue).await {
                Ok(socket) => {
                    self.recorder.borrow_mut().returned.record(lost_at.elapsed());
                    return Some(socket);
                }
                Err(error) => {
                    let fault = error.fault().map(Finding::Overcome);
                    fault.into_iter().for_each(|fault| self.recorder.borrow_mut().record(fault));
                }
            }
        }
        None
    }

    /// The socket is gone for good.
    fn give_up<D: Dialogue>(&self, code: u16, mut dialogue: D, orders: &mut Orders) {
        let mut findings = Vec::new();
        dialogue.end(if orders.are_over() { Ending::Complete } else { Ending::Lost }, &mut findings);
        let mut recorder = self.recorder.borrow_mut();
        findings.into_iter().for_each(|finding| recorder.record(finding));
        recorder.fault(Fault::Closed(code), 1);
        recorder.fault(Fault::Unsent, orders.unheeded());
    }
}
