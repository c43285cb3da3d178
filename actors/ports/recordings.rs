//! What happened to sessions, step by step, so that it can be replayed.

use async_trait::async_trait;
use uuid::Uuid;

use crate::chatbot::session::replay::{Frame, Happening};
use crate::model::{AccountId, ChatbotId, SessionId, Timestamp};

/// One step of one life of a session.
#[derive(Debug, Clone)]
pub struct RecordedStep {
    /// Whose life.
    pub session_id: SessionId,
    /// Whose session.
    pub account_id: AccountId,
    /// With which chatbot.
    pub chatbot_id: ChatbotId,
    /// The life: one reading of the session's history and what followed. Ordered by time (UUID version 7).
    pub life: Uuid,
    /// Its place in the life, from 0, without holes.
    pub nth: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub happening: Happening,
    /// What was handed out for it.
    pub frames: Vec<Frame>,
}

/// There is no room for the step; it is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no more steps can wait to be recorded")]
pub struct RecordingsFull;

/// Where sessions' lives are recorded.
#[async_trait]
pub trait Recordings: Send + Sync {
    /// Takes a step to be kept in a while; never waits. The steps of a session that is not stored are not kept.
    ///
    /// # Errors
    /// When too many steps wait already.
    fn take(&self, step: RecordedStep) -> Result<(), RecordingsFull>;

    /// Returns when all steps that were taken before are kept.
    async fn flush(&self);
}
