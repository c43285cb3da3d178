//! Chance.

use uuid::Uuid;

use crate::model::Timestamp;

/// Makes random numbers; scripted in tests, so that a run can be repeated.
pub trait Dice: Send + Sync {
    /// The next random number.
    fn next_u64(&self) -> u64;

    /// A time-ordered id (UUID version 7, RFC 9562) for something that happens at `at`.
    fn id(&self, at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let mut random = [0_u8; 10];
        let (low, high) = (self.next_u64().to_le_bytes(), self.next_u64().to_le_bytes());
        random.iter_mut().zip(low.iter().chain(high.iter())).for_each(|(slot, byte)| *slot = *byte);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}
