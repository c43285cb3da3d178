//! One visitor's place in the crowd: a socket at a time, and where visitors come back, one after the other.

use std::rc::Rc;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::backoff::Backoff;
use crate::connection::{self, ConnectError, Socket};
use crate::conversation::{Ending, Finding, Persistence};
use crate::dialogue::Dialogue;
use crate::fault::Fault;
use crate::recorder::SharedRecorder;
use crate::scenario::SocketPlan;
use crate::serving::{Instruction, Line, Loss, Orders, Served};
use crate::target::Target;

/// Arrivals that one socket may fall behind by.
const QUEUE: usize = 1_024;

/// What a socket needs to open.
pub(crate) struct Seat {
    targets: Rc<[Target]>,
    sockets: SocketPlan,
    recorder: SharedRecorder,
}

/// A visitor who has a session.
#[derive(Debug)]
pub(crate) struct Seated {
    /// Where orders go.
    pub(crate) line: mpsc::Sender<Instruction>,
    /// Whether it says anything of itself.
    pub(crate) speaks: bool,
}

/// Which socket of the run it is, and which try.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    number: u32,
    turn: u32,
}

impl Seat {
    /// A seat that nobody has taken yet.
    pub(crate) fn new(targets: Rc<[Target]>, sockets: SocketPlan, recorder: SharedRecorder) -> Self {
        Self { targets, sockets, recorder }
    }

    /// One visitor's whole visit; `opened` hears once whether it began.
    pub(crate) async fn attend<D: Dialogue>(
        self,
        (number, due): (u32, Instant),
        mut dialogue: D,
        opened: mpsc::UnboundedSender<Option<Seated>>,
    ) {
        let mut attempt = Attempt { number, turn: 0 };
        let socket = self.open(attempt, &mut dialogue).await;
        let (line, receiver) = mpsc::channel(QUEUE);
        let seated = socket.is_ok().then(|| Seated { line, speaks: dialogue.speaks() });
        let mut socket = match socket {
            Ok(socket) => {
                self.recorder.borrow_mut().opened(due, Instant::now());
                socket
            }
            Err(error) => {
                self.stays_away(&error);
                let _ = opened.send(seated);
                return;
            }
        };
        // The other end waits for exactly this.
        let _ = opened.send(seated);
        drop(opened);
        let mut orders = Orders::new(receiver);
        loop {
            let line = Line::over(socket, &mut dialogue, Rc::clone(&self.recorder));
            let Served::Lost(loss) = line.serve(&mut orders).await else { return };
            let again = match self.comes_back_after(loss) {
                true => self.come_back(&mut attempt, &mut dialogue, &orders, loss).await,
                false => None,
            };
            match again {
                Some(again) => socket = again,
                None => return self.give_up(loss, dialogue, &mut orders),
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
        timeout(self.sockets.timeout, opening).await.unwrap_or(Err(ConnectError::TimedOut))
    }

    /// Published clients come back after every end but those that the server calls final (3500 to 3999 and 4500 to
    /// 4999).
    fn comes_back_after(&self, loss: Loss) -> bool {
        let is_final = matches!(loss, Loss::Closed(3_500..=3_999 | 4_500..=4_999));
        self.sockets.persistence.returns() && !is_final
    }

    /// Tries until the session is there again; none when the run is over before.
    async fn come_back<D: Dialogue>(
        &self,
        attempt: &mut Attempt,
        dialogue: &mut D,
        orders: &Orders,
        loss: Loss,
    ) -> Option<Socket> {
        let lost_at = match loss {
            Loss::Closed(code) => {
                let now = Instant::now();
                self.recorder.borrow_mut().record(Finding::Overcome(Fault::Closed(code)), now);
                now
            }
            Loss::Cut(at) => at,
        };
        let mut backoff = Backoff::new(u64::from(attempt.number) << 32 | u64::from(attempt.turn));
        let mut waits = self.sockets.persistence == Persistence::Returns;
        while !orders.are_over() {
            dialogue.cut();
            if waits {
                sleep(backoff.wait()).await;
            }
            waits = true;
            attempt.turn += 1;
            match self.open(*attempt, dialogue).await {
                Ok(socket) => {
                    let now = Instant::now();
                    self.recorder.borrow_mut().came_back(now.saturating_duration_since(lost_at), now);
                    return Some(socket);
                }
                Err(error) => {
                    let fault = error.fault().map(Finding::Overcome);
                    let now = Instant::now();
                    fault.into_iter().for_each(|fault| self.recorder.borrow_mut().record(fault, now));
                }
            }
        }
        None
    }

    /// The socket is gone for good.
    fn give_up<D: Dialogue>(&self, loss: Loss, mut dialogue: D, orders: &mut Orders) {
        let mut findings = Vec::new();
        dialogue.end(if orders.are_over() { Ending::Complete } else { Ending::Lost }, &mut findings);
        let now = Instant::now();
        let mut recorder = self.recorder.borrow_mut();
        findings.into_iter().for_each(|finding| recorder.record(finding, now));
        if let Loss::Closed(code) = loss {
            recorder.fault(Fault::Closed(code), 1);
        }
        recorder.unsent(orders.unheeded());
    }
}
