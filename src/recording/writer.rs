//! Writes steps to the store: in batches, behind a queue with an end.

use std::num::NonZeroU32;
use std::time::Duration;

use aihio_actors::chatbot::session::replay::RECORDING_VERSION;
use aihio_actors::ports::{Fault, RecordedStep, Recordings, RecordingsFull};
use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::life::Payload;
use super::line;
use crate::store::{RecordedRow, Store};

/// Steps in one transaction.
const BATCH_LEN: usize = 512;
/// How long steps gather for a batch.
const GATHER: Duration = Duration::from_millis(50);
/// How long the writer waits before it tries again what the store did not take.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// How long the steps of a session that is not stored yet wait for it. After that it never was, or it was erased.
const WAIT_FOR_SESSION: Duration = Duration::from_secs(10);
/// Steps that wait for their sessions, at most.
const WAITING_MAX: usize = 16_384;

/// The port, as the engine holds it: the way into the queue.
#[derive(Debug)]
pub struct StoreRecordings(mpsc::Sender<Order>);

#[derive(Debug)]
enum Order {
    Keep(Box<RecordedStep>),
    SayWhenWritten(oneshot::Sender<()>),
}

impl StoreRecordings {
    /// Begins to write to the store, from the thread that this is called on, for as long as the port is held.
    #[must_use]
    pub fn start(store: Store, queue_steps_max: NonZeroU32) -> Self {
        let queue_len = usize::try_from(queue_steps_max.get()).unwrap_or(usize::MAX);
        let (sender, receiver) = mpsc::channel(queue_len.min(tokio::sync::Semaphore::MAX_PERMITS));
        actix_rt::spawn(Writer { store, receiver, waiting: Vec::new() }.run());
        Self(sender)
    }
}

#[async_trait]
impl Recordings for StoreRecordings {
    fn take(&self, step: RecordedStep) -> Result<(), RecordingsFull> {
        self.0.try_send(Order::Keep(Box::new(step))).map_err(|_| RecordingsFull)
    }

    async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.send(Order::SayWhenWritten(done)).await.is_ok() {
            // A writer that is gone has nothing left to write.
            let _ = written.await;
        }
    }
}

/// A row and since when it waits for its session.
type Waiting = (RecordedRow, Instant);

struct Writer {
    store: Store,
    receiver: mpsc::Receiver<Order>,
    waiting: Vec<Waiting>,
}

impl Writer {
    async fn run(mut self) {
        let mut orders = Vec::with_capacity(BATCH_LEN);
        while self.receive(&mut orders).await {
            let mut askers = Vec::new();
            for order in orders.drain(..) {
                match order {
                    Order::Keep(step) => self.waiting.extend(row(&step).map(|row| (row, Instant::now()))),
                    Order::SayWhenWritten(asker) => askers.push(asker),
                }
            }
            self.write().await;
            for asker in askers {
                // Whoever asked may have given up.
                let _ = asker.send(());
            }
            tokio::time::sleep(GATHER).await;
        }
    }

    /// Waits for orders; not for long while steps wait for their sessions. False when nobody can order any more.
    async fn receive(&mut self, orders: &mut Vec<Order>) -> bool {
        let receive = self.receiver.recv_many(orders, BATCH_LEN);
        if self.waiting.is_empty() {
            return receive.await > 0;
        }
        tokio::time::timeout(TRY_AGAIN, receive).await.map_or(true, |received| received > 0)
    }

    /// Writes what waits. As long as the store is out of reach nothing is received either, so that the queue's end holds.
    async fn write(&mut self) {
        let rows: Vec<RecordedRow> = self.waiting.iter().map(|(row, _)| row.clone()).collect();
        let missing = loop {
            match self.store.keep_recording(&rows).await {
                Ok(missing) => break missing,
                Err(error) if error.fault == Fault::Transient => {
                    tracing::debug!(error = ?error, "recordings can't be written now");
                    tokio::time::sleep(TRY_AGAIN).await;
                }
                Err(error) => {
                    tracing::warn!(error = ?error, steps = rows.len(), "recordings have a hole: the store refused steps");
                    return self.waiting.clear();
                }
            }
        };
        self.waiting
            .retain(|(row, since)| missing.contains(&row.session_id) && since.elapsed() < WAIT_FOR_SESSION);
        let surplus = self.waiting.len().saturating_sub(WAITING_MAX);
        self.waiting.drain(..surplus);
    }
}

fn row(step: &RecordedStep) -> Option<RecordedRow> {
    let frames = step.frames.iter().map(|frame| line(step.session_id, frame)).collect();
    let payload = serde_json::to_string(&Payload { happening: &step.happening, frames });
    let payload = payload.inspect_err(|error| {
        tracing::warn!(error = ?error, session.id = %step.session_id, "a recording has a hole: a step can't be written down");
    });
    Some(RecordedRow {
        session_id: step.session_id,
        account_id: step.account_id,
        chatbot_id: step.chatbot_id,
        life: step.life,
        nth: step.nth,
        at: step.at,
        version: RECORDING_VERSION,
        payload: payload.ok()?,
    })
}
