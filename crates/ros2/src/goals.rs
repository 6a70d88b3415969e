//! The states of an action's goals, apart from the network.

use std::collections::VecDeque;

use ros2_client::action::{GoalId, GoalInfo, GoalStatusEnum as Status};
use ros2_client::builtin_interfaces::Time;

/// How many finished goals are remembered for whoever asks for their result later.
const REMEMBERED: usize = 32;

/// The goals of one action, oldest first.
#[derive(Debug)]
pub struct Goals<R> {
    goals: VecDeque<Goal<R>>,
}

#[derive(Debug)]
struct Goal<R> {
    id: GoalId,
    accepted: Time,
    status: Status,
    result: Option<R>,
}

/// What is known of a goal's result.
#[derive(Debug, PartialEq)]
pub enum ResultLookup<R> {
    /// It is there.
    Ready(Status, R),
    /// It is still to come.
    Later,
    /// There is no such goal.
    Unknown,
}

impl<R> Default for Goals<R> {
    fn default() -> Self {
        Self {
            goals: VecDeque::new(),
        }
    }
}

impl<R: Clone> Goals<R> {
    /// Takes a goal; `false` if there is one of this id already.
    pub fn accept(&mut self, id: GoalId, now: Time) -> bool {
        if self.goals.iter().any(|goal| goal.id == id) {
            return false;
        }
        self.goals.push_back(Goal {
            id,
            accepted: now,
            status: Status::Accepted,
            result: None,
        });
        let finished = self.goals.iter().filter(|goal| goal.result.is_some());
        if finished.count() > REMEMBERED
            && let Some(oldest) = self.goals.iter().position(|goal| goal.result.is_some())
        {
            self.goals.remove(oldest);
        }
        true
    }

    /// Notes that a goal is being carried out, unless it is being canceled.
    pub fn mark_executing(&mut self, id: GoalId) {
        if let Some(goal) = self.find(id)
            && goal.status == Status::Accepted
        {
            goal.status = Status::Executing;
        }
    }

    /// Notes how a goal ended. A goal that ended before stays as it is.
    pub fn finish(&mut self, id: GoalId, status: Status, result: R) {
        if let Some(goal) = self.find(id)
            && goal.result.is_none()
        {
            goal.status = status;
            goal.result = Some(result);
        }
    }

    /// Notes that goals are to be canceled, and returns them: the one of this id, and those that
    /// were accepted by this time; all of them if neither is given, as `action_msgs/CancelGoal` has
    /// it.
    pub fn cancel_matching(&mut self, which: &GoalInfo) -> Vec<GoalInfo> {
        let (by_id, by_time) = (which.goal_id != GoalId::ZERO, which.stamp != Time::ZERO);
        let mut canceled = Vec::new();
        for goal in &mut self.goals {
            let is_meant = match (by_id, by_time) {
                (false, false) => true,
                _ => {
                    (by_id && goal.id == which.goal_id) || (by_time && goal.accepted <= which.stamp)
                }
            };
            if is_meant && goal.result.is_none() {
                goal.status = Status::Canceling;
                canceled.push(goal.info());
            }
        }
        canceled
    }

    /// Returns whether there is a goal of this id, and whether it has ended.
    pub fn has_ended(&self, id: GoalId) -> Option<bool> {
        let goal = self.goals.iter().find(|goal| goal.id == id)?;
        Some(goal.result.is_some())
    }

    /// Returns the result of a goal.
    pub fn result(&self, id: GoalId) -> ResultLookup<R> {
        match self.goals.iter().find(|goal| goal.id == id) {
            None => ResultLookup::Unknown,
            Some(goal) => match &goal.result {
                None => ResultLookup::Later,
                Some(result) => ResultLookup::Ready(goal.status, result.clone()),
            },
        }
    }

    /// Returns the status of every goal.
    pub fn statuses(&self) -> Vec<(GoalInfo, Status)> {
        let status = |goal: &Goal<R>| (goal.info(), goal.status);
        self.goals.iter().map(status).collect()
    }

    fn find(&mut self, id: GoalId) -> Option<&mut Goal<R>> {
        self.goals.iter_mut().find(|goal| goal.id == id)
    }
}

impl<R> Goal<R> {
    fn info(&self) -> GoalInfo {
        GoalInfo {
            goal_id: self.id,
            stamp: self.accepted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids<const N: usize>() -> [GoalId; N] {
        std::array::from_fn(|_| GoalId::new_random())
    }

    fn info(goal_id: GoalId, seconds: i32) -> GoalInfo {
        GoalInfo {
            goal_id,
            stamp: Time::new(seconds, 0),
        }
    }

    #[test]
    fn a_goal_goes_from_accepted_to_its_result() {
        let mut goals = Goals::default();
        let [id, other] = ids();
        assert!(goals.accept(id, Time::new(1, 0)));
        assert!(!goals.accept(id, Time::new(2, 0)), "it is the same goal");
        assert_eq!(goals.result(id), ResultLookup::Later);
        assert_eq!(goals.result(other), ResultLookup::Unknown);
        goals.mark_executing(id);
        assert_eq!(goals.statuses()[0].1, Status::Executing);
        goals.finish(id, Status::Succeeded, 7);
        goals.finish(id, Status::Aborted, 8);
        assert_eq!(goals.result(id), ResultLookup::Ready(Status::Succeeded, 7));
        assert_eq!(goals.has_ended(id), Some(true));
    }

    #[test]
    fn goals_are_canceled_by_id_by_time_or_all_of_them() {
        let [a, b, c] = ids();
        let begun = || {
            let mut goals = Goals::<u8>::default();
            for (seconds, id) in [(1, a), (2, b), (3, c)] {
                goals.accept(id, Time::new(seconds, 0));
                goals.mark_executing(id);
            }
            goals
        };
        let canceled = |which| {
            let canceled = begun().cancel_matching(&which);
            canceled.iter().map(|info| info.goal_id).collect::<Vec<_>>()
        };
        assert_eq!(canceled(info(b, 0)), [b]);
        assert_eq!(canceled(info(GoalId::ZERO, 2)), [a, b]);
        assert_eq!(canceled(info(c, 1)), [a, c]);
        assert_eq!(canceled(info(GoalId::ZERO, 0)), [a, b, c]);
        let mut goals = begun();
        goals.finish(b, Status::Succeeded, 1);
        assert!(
            goals.cancel_matching(&info(b, 0)).is_empty(),
            "it has ended"
        );
        goals.cancel_matching(&info(a, 0));
        goals.mark_executing(a);
        assert_eq!(goals.statuses()[0].1, Status::Canceling);
    }

    #[test]
    fn only_the_newest_results_are_remembered() {
        let mut goals = Goals::default();
        let [first, running] = ids();
        goals.accept(running, Time::ZERO);
        goals.accept(first, Time::ZERO);
        goals.finish(first, Status::Aborted, 0);
        for index in 0..REMEMBERED {
            let [id] = ids();
            goals.accept(id, Time::ZERO);
            goals.finish(id, Status::Succeeded, index);
        }
        let [last] = ids();
        goals.accept(last, Time::ZERO);
        assert_eq!(goals.result(first), ResultLookup::Unknown);
        assert_eq!(goals.result(running), ResultLookup::Later);
    }
}
