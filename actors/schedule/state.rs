//! What is due when, as a plain value.

use chrono::TimeDelta;

use crate::model::Timestamp;

/// Things done by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// Sum up the usage of hours that are over.
    RollUpUsage,
    /// Make tables for the months to come.
    PreparePartitions,
    /// Run jobs that nobody runs.
    ClaimJobs,
    /// Read sources again whose time has come.
    ReadAgain,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RollUpUsage, Self::PreparePartitions, Self::ClaimJobs, Self::ReadAgain];

    const fn every(self) -> TimeDelta {
        match self {
            Self::RollUpUsage => TimeDelta::minutes(5),
            Self::PreparePartitions => TimeDelta::hours(6),
            Self::ClaimJobs => TimeDelta::seconds(10),
            Self::ReadAgain => TimeDelta::seconds(60),
        }
    }

    const fn slot(self) -> usize {
        match self {
            Self::RollUpUsage => 0,
            Self::PreparePartitions => 1,
            Self::ClaimJobs => 2,
            Self::ReadAgain => 3,
        }
    }
}

/// When each task was done last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScheduleState {
    done: [Option<Timestamp>; 4],
}

impl ScheduleState {
    /// The tasks that are due at `now`; they count as done from then on. A clock that went back makes nothing due
    /// twice, and nothing wait for longer than its interval.
    pub fn due(&mut self, now: Timestamp) -> Vec<Task> {
        let due: Vec<_> = Task::ALL.into_iter().filter(|task| self.is_due(*task, now)).collect();
        for task in &due {
            self.set_done(*task, now);
        }
        due
    }

    /// The clock went at another pace than time since it was looked at last: what was summed up by it is summed up again.
    pub fn clock_jumped(&mut self) {
        if let Some(done) = self.done.get_mut(Task::RollUpUsage.slot()) {
            *done = None;
        }
    }

    /// Takes over when a task was done in an earlier life.
    pub fn set_done(&mut self, task: Task, at: Timestamp) {
        if let Some(done) = self.done.get_mut(task.slot()) {
            *done = Some(at);
        }
    }

    /// When a task was done last.
    #[must_use]
    pub fn done(&self, task: Task) -> Option<Timestamp> {
        self.done.get(task.slot()).copied().flatten()
    }

    fn is_due(&self, task: Task, now: Timestamp) -> bool {
        self.done(task).is_none_or(|done| (now - done).abs() >= task.every())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn everything_is_due_at_first_and_nothing_right_after() {
        let (mut state, now) = (ScheduleState::default(), Timestamp::UNIX_EPOCH);
        assert_eq!(state.due(now), Task::ALL);
        assert_eq!(state.due(now + TimeDelta::seconds(9)), []);
        assert_eq!(state.due(now + TimeDelta::seconds(10)), [Task::ClaimJobs]);
    }

    #[test]
    fn after_a_jump_of_the_clock_usage_is_summed_up_again() {
        let (mut state, now) = (ScheduleState::default(), Timestamp::UNIX_EPOCH);
        state.due(now);
        state.clock_jumped();
        assert_eq!(state.due(now + TimeDelta::seconds(1)), [Task::RollUpUsage]);
        assert_eq!(state.due(now + TimeDelta::seconds(2)), []);
    }

    proptest! {
        #[test]
        fn looking_often_does_each_task_once_an_interval(steps in prop::collection::vec(1_i64..20, 1..500)) {
            let (mut state, mut now, mut claims) = (ScheduleState::default(), Timestamp::UNIX_EPOCH, 0_i64);
            let start = now;
            for step in steps {
                now += TimeDelta::seconds(step);
                claims += i64::from(state.due(now).contains(&Task::ClaimJobs));
            }
            prop_assert!(claims <= (now - start).num_seconds() / 10 + 1);
        }
    }
}
