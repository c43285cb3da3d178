//! Every bound of the engine in one place: what may wait, how long, how much.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::kernel::Pace;

/// The engine's bounds. Going over one is an ordinary refusal, never a surprise.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Commands waiting at one session.
    pub session_mailbox_len: usize,
    /// Sockets and other listeners of one session.
    pub session_listeners_max: usize,
    /// Questions of one session that wait for the answer before them.
    pub session_questions_max: usize,
    /// Sessions that read their history at once. When a thousand conversations come back together, those that never left
    /// must still find the store and the processor.
    pub session_readings_max: usize,
    /// Durable events that a session keeps at hand for clients that come back.
    pub session_ring_len: usize,
    /// Durable events that a client can recover; it refetches the history when it missed more.
    pub session_recovery_max: u32,
    /// Events after which a session writes a snapshot.
    pub session_snapshot_events: u64,
    /// How long a session without listeners stays in memory.
    pub session_idle: Duration,
    /// Messages of one session in a minute; the chatbot's own limit holds beside it. None lifts both.
    pub session_pace: Option<Pace>,
    /// Live sessions of one chatbot.
    pub chatbot_sessions_max: usize,
    /// How long a chatbot without sessions stays in memory.
    pub chatbot_idle: Duration,
    /// Commands waiting at a chatbot, an account, a job, the supervisor.
    pub actor_mailbox_len: usize,
    /// Records waiting for the store at one journal.
    pub journal_queue_len: usize,
    /// Records in one transaction.
    pub journal_batch_len: usize,
    /// How long a batch that failed is tried again before its records are refused.
    pub journal_retry: Duration,
    /// When a message is acknowledged.
    pub acknowledge: Acknowledge,
    /// Jobs at work at once.
    pub jobs_running_max: u32,
    /// Attempts of one job.
    pub job_attempts_max: u32,
    /// Pages of one site that are read at once.
    pub crawl_pages_at_once: usize,
    /// How long a site is read before other jobs have their turn.
    pub crawl_turn: Duration,
    /// The most that one run over a site fetches, in bytes.
    pub crawl_fetched_bytes_max: u64,
    /// The longest that one run over a site is at work.
    pub crawl_time_max: Duration,
    /// How long an answer may take.
    pub answer_timeout: Duration,
    /// Until when after an answer's beginning another model may take over; together with the time that a model has for
    /// its first token, a visitor waits for words or a refusal.
    pub answer_fail_over_within: Duration,
    /// How long an answer that nobody listens to any more is written on, where its owner wants it stopped: long enough
    /// for a page to be loaded anew.
    pub answer_unheard_grace: Duration,
    /// Passages that an answer may rest on.
    pub answer_passages_max: usize,
    /// Credits that this process claims of an account at once.
    pub lease_credits: NonZeroU32,
    /// How long claimed credits stay with this process when it falls silent.
    pub lease_lasts: Duration,
}

/// When a message is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledge {
    /// Once the store has committed it.
    WhenDurable,
    /// Once it waits for the store: quicker, and what waits is lost with the process.
    WhenQueued,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            session_mailbox_len: 256,
            session_listeners_max: 64,
            session_questions_max: 256,
            session_readings_max: 32,
            session_ring_len: 64,
            session_recovery_max: 300,
            session_snapshot_events: 480,
            session_idle: Duration::from_secs(60),
            session_pace: Some(Pace {
                per_minute: const { NonZeroU32::new(120).unwrap() },
                burst: const { NonZeroU32::new(30).unwrap() },
            }),
            chatbot_sessions_max: 200_000,
            chatbot_idle: Duration::from_secs(600),
            actor_mailbox_len: 4_096,
            journal_queue_len: 65_536,
            journal_batch_len: 2_048,
            journal_retry: Duration::from_secs(2),
            acknowledge: Acknowledge::WhenDurable,
            jobs_running_max: 2,
            job_attempts_max: 3,
            crawl_pages_at_once: 4,
            crawl_turn: Duration::from_secs(30),
            crawl_fetched_bytes_max: 1 << 30,
            crawl_time_max: Duration::from_secs(6 * 60 * 60),
            answer_timeout: Duration::from_secs(120),
            answer_fail_over_within: Duration::from_secs(40),
            answer_unheard_grace: Duration::from_secs(10),
            answer_passages_max: 8,
            lease_credits: const { NonZeroU32::new(256).unwrap() },
            lease_lasts: Duration::from_secs(30),
        }
    }
}
