//! Goals that are being carried out, or wait for their turn.

use std::collections::BTreeMap;

use enact_types::StopSwitch;
use ros2_client::action::GoalId;

/// A goal on its way.
#[derive(Debug)]
pub struct RunningGoal {
    /// Its id.
    pub id: GoalId,
    /// What it is about.
    pub kind: GoalKind,
    /// Calls it off.
    pub cancel: StopSwitch,
    /// Why it was called off.
    pub called_off: Option<CancelReason>,
    /// Whether the arm moves for it.
    pub is_moving: bool,
}

/// What a goal is about.
#[derive(Clone, Debug, PartialEq)]
pub enum GoalKind {
    /// The arm's joints, with their greatest distances from the path.
    Joints(Vec<Option<f64>>),
    /// The gripper's joint, to this position.
    Gripper(f64),
}

/// Why a goal was called off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// A client canceled it.
    Canceled,
    /// A newer goal takes its place.
    Preempted,
    /// A joint left its path.
    Astray(String),
}

/// Goals on their way, by ticket.
#[derive(Debug, Default)]
pub struct RunningGoals {
    by_ticket: BTreeMap<u64, RunningGoal>,
    last: u64,
}

impl RunningGoals {
    /// Takes a goal; returns its ticket.
    pub fn add(&mut self, id: GoalId, kind: GoalKind, cancel: StopSwitch) -> u64 {
        self.last += 1;
        let running = RunningGoal {
            id,
            kind,
            cancel,
            called_off: None,
            is_moving: false,
        };
        self.by_ticket.insert(self.last, running);
        self.last
    }

    /// Calls goals off; the first reason counts.
    pub fn call_off_matching(&mut self, why: &CancelReason, which: impl Fn(&RunningGoal) -> bool) {
        for running in self.by_ticket.values_mut() {
            if which(running) {
                running.called_off.get_or_insert_with(|| why.clone());
                running.cancel.press();
            }
        }
    }

    /// Returns the goal of a ticket.
    pub fn get_mut(&mut self, ticket: u64) -> Option<&mut RunningGoal> {
        self.by_ticket.get_mut(&ticket)
    }

    /// Takes out the goal of a ticket.
    pub fn remove(&mut self, ticket: u64) -> Option<RunningGoal> {
        self.by_ticket.remove(&ticket)
    }

    /// Returns the goal for which the arm moves.
    pub fn moving_goal(&self) -> Option<&RunningGoal> {
        self.by_ticket.values().find(|running| running.is_moving)
    }
}
