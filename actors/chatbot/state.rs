//! Which configuration is published and whether a newer one is being read, as a plain value.

use crate::model::ConfigVersion;

/// What has changed in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// A configuration was stored, or the chatbot was deleted.
    Config,
    /// A source was read or deleted.
    Knowledge,
}

/// What a chatbot wants done about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Read everything again.
    Read,
    /// Make what was read the view in force.
    Publish,
    /// Make it the view in force and tell the visitors' browsers.
    PublishConfig,
    /// The chatbot does not exist any more.
    Retire,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// The chatbot, with the configuration of that version.
    Found(ConfigVersion),
    /// There is none.
    Gone,
    /// The store can't be read.
    Failed,
}

/// At most one reading is under way; changes that come meanwhile cause exactly one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatbotState {
    published: ConfigVersion,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    No,
    UnderWay,
    Stale,
}

impl ChatbotState {
    /// The view of that version is in force.
    #[must_use]
    pub const fn new(published: ConfigVersion) -> Self {
        Self { published, reading: Reading::No }
    }

    /// Something has changed.
    pub const fn changed(&mut self) -> Option<Effect> {
        match self.reading {
            Reading::No => {
                self.reading = Reading::UnderWay;
                Some(Effect::Read)
            }
            Reading::UnderWay | Reading::Stale => {
                self.reading = Reading::Stale;
                None
            }
        }
    }

    /// A reading has ended: what to do, and whether to read once more.
    pub fn read(&mut self, read: Read) -> (Option<Effect>, Option<Effect>) {
        let again = self.reading == Reading::Stale || read == Read::Failed;
        self.reading = if again { Reading::UnderWay } else { Reading::No };
        let publish = match read {
            Read::Found(version) if version > self.published => {
                self.published = version;
                Some(Effect::PublishConfig)
            }
            Read::Found(version) if version == self.published => Some(Effect::Publish),
            // A replica that lags behind shows an old version: it is never put in force again.
            Read::Found(_) | Read::Failed => None,
            Read::Gone => Some(Effect::Retire),
        };
        (publish, again.then_some(Effect::Read))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn changes_during_a_reading_cause_one_more_reading() {
        let mut state = ChatbotState::new(ConfigVersion(1));
        assert_eq!(state.changed(), Some(Effect::Read));
        assert_eq!((state.changed(), state.changed()), (None, None));
        let (publish, again) = state.read(Read::Found(ConfigVersion(2)));
        assert_eq!((publish, again), (Some(Effect::PublishConfig), Some(Effect::Read)));
        assert_eq!(state.read(Read::Found(ConfigVersion(2))), (Some(Effect::Publish), None));
    }

    proptest! {
        #[test]
        fn an_older_configuration_is_never_put_in_force_again(versions in prop::collection::vec(1_u32..20, 1..50)) {
            let (mut state, mut newest) = (ChatbotState::new(ConfigVersion(1)), 1);
            for version in versions {
                state.changed();
                let (publish, _) = state.read(Read::Found(ConfigVersion(version)));
                prop_assert_eq!(publish.is_some(), version >= newest);
                newest = newest.max(version);
            }
        }
    }
}
