//! The state that requests and the loop share.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use serde_json::json;

use super::ArmSession;
use super::lease::Lease;
use super::status::{
    ArmMode, CurrentTask, Driver, GripperStatus, JointReading, QueuedTask, Scene, Status,
};
use super::store::SavedTasks;
use super::task::{TaskEntry, TaskRecord, TaskState};

/// Number of tasks that are over and kept.
const MAX_ENDED_TASKS: usize = 200;

/// What the loop does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Activity {
    #[default]
    Idle,
    Planning,
    Waiting,
    Moving,
    /// It waits before a step.
    Held,
}

/// What a person says to a plan.
#[derive(Clone, Debug)]
pub(super) enum Decision {
    Approve,
    /// Another plan instead of it.
    Edit(enact_plan::Plan),
    Reject,
}

/// A plan that waits, and what was said to it.
#[derive(Debug)]
pub(super) struct WaitingPlan {
    pub(super) task: u64,
    pub(super) plan: u64,
    pub(super) decision: Option<Decision>,
}

/// The state.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) activity: Activity,
    /// Why the loop is to wait.
    pub(super) paused: Option<String>,
    pub(super) fault: Option<String>,
    /// Who pressed the switch, if it was told that it is pressed.
    pub(super) stopped: Option<String>,
    pub(super) lease: Lease,
    pub(super) next: u64,
    /// Number of the next plan.
    pub(super) next_plan: u64,
    pub(super) queue: VecDeque<u64>,
    pub(super) running: Option<u64>,
    pub(super) tasks: BTreeMap<u64, TaskEntry>,
    pub(super) waiting: Option<WaitingPlan>,
    pub(super) scene: Scene,
    pub(super) seen_at: Option<Instant>,
    /// Whether the loop is to end.
    pub(super) is_over: bool,
    /// The status that was told last.
    pub(super) told: Option<Status>,
}

impl Inner {
    /// Returns a task as it is told now.
    pub(super) fn task_record(&self, id: u64) -> Option<TaskRecord> {
        let entry = self.tasks.get(&id)?;
        Some(TaskRecord {
            place: self.queue.iter().position(|queued| *queued == id),
            ..entry.record.clone()
        })
    }

    /// Takes the next task out of the queue; while the loop is to wait, only one that moves nothing.
    pub(super) fn take_next(&mut self) -> Option<u64> {
        let next = self.queue.front().and_then(|id| self.tasks.get(id));
        let moves = next.is_some_and(|entry| entry.work.may_move_arm());
        if moves && self.paused.is_some() {
            return None;
        }
        self.queue.pop_front()
    }

    /// Forgets the oldest tasks that are over.
    pub(super) fn forget_old_tasks(&mut self) {
        let is_over = |entry: &TaskEntry| {
            !matches!(entry.record.state, TaskState::Queued | TaskState::Running)
        };
        let over: Vec<u64> = self
            .tasks
            .iter()
            .filter(|(_, entry)| is_over(entry))
            .map(|(id, _)| *id)
            .collect();
        for id in over.iter().take(over.len().saturating_sub(MAX_ENDED_TASKS)) {
            self.tasks.remove(id);
        }
    }

    pub(super) fn kept(&self) -> SavedTasks {
        SavedTasks::new(self.next, self.tasks.values().cloned().collect())
    }
}

impl ArmSession {
    /// Returns the status without what is for one client.
    pub(super) fn status_for_all_clients(&self, inner: &Inner) -> Status {
        let stopped = self.stop.is_pressed();
        let running = inner.running.and_then(|id| inner.tasks.get(&id));
        let state = if inner.fault.is_some() {
            ArmMode::Faulted
        } else if stopped {
            ArmMode::Stopped
        } else {
            match inner.activity {
                Activity::Held => ArmMode::Paused,
                Activity::Moving => ArmMode::Moving,
                // Nothing moves, and a yes would not change that.
                Activity::Waiting | Activity::Idle if inner.paused.is_some() => ArmMode::Paused,
                Activity::Waiting => ArmMode::WaitingForApproval,
                Activity::Planning => ArmMode::Planning,
                Activity::Idle => ArmMode::Idle,
            }
        };
        let driver = inner.lease.holder(Instant::now());
        Status {
            state,
            stopped,
            stop_reason: inner.stopped.clone().filter(|_| stopped),
            pause_reason: inner.paused.clone(),
            fault: inner.fault.clone(),
            driver: driver.map(|(name, left)| Driver {
                name: name.to_owned(),
                expires_in_s: left.as_secs_f64(),
            }),
            you: None,
            task: running.map(|entry| CurrentTask {
                id: entry.record.id,
                instruction: entry.record.instruction.clone(),
                state: entry.record.state,
                turn: entry.record.turn,
            }),
            queue: queued(inner),
            joints: None,
            gripper: self.robot.gripper.as_ref().map(|joint| GripperStatus {
                joint: joint.clone(),
                holding: inner.scene.holding.clone(),
                is_known: inner.scene.is_holding_known,
            }),
            robot: self.robot.name.clone(),
            model: self.robot.model.clone(),
            recording: self.recording.clone(),
        }
    }

    /// Returns where the joints are; empty before the arm was read.
    pub fn joint_readings(&self) -> Vec<JointReading> {
        let Some(reading) = self.readings.newest() else {
            return Vec::new();
        };
        let read = reading.position.iter().zip(&reading.load);
        let joints = self.robot.joints.iter().zip(read);
        joints
            .map(|(joint, (position, load))| JointReading {
                name: joint.name.clone(),
                position: *position,
                lower: joint.lower,
                upper: joint.upper,
                unit: joint.unit,
                load: *load,
                temperature: None,
            })
            .collect()
    }

    /// Tells the status if it is another one than was told last.
    pub(super) fn publish_status_if_changed(&self, inner: &mut Inner) {
        let status = self.status_for_all_clients(inner);
        // That time passes is no news.
        let mut steady = status.clone();
        if let Some(driver) = &mut steady.driver {
            driver.expires_in_s = 0.0;
        }
        if inner.told.as_ref() != Some(&steady) {
            self.events.push("status", &status);
            inner.told = Some(steady);
        }
    }

    /// Tells a task.
    pub(super) fn publish_task(&self, inner: &Inner, id: u64) {
        if let Some(record) = inner.task_record(id) {
            self.events.push("task", &record);
        }
    }

    /// Tells what waits.
    pub(super) fn publish_queue(&self, inner: &Inner) {
        self.events.push("queue", &json!({"queue": queued(inner)}));
    }

    /// Tells who drives, and why that changed.
    pub(super) fn publish_driver_change(&self, inner: &Inner, reason: &str) {
        let driver = self.status_for_all_clients(inner).driver;
        self.events
            .push("driver", &json!({"driver": driver, "reason": reason}));
    }

    /// Keeps the tasks; an error is the caller's to judge.
    pub(super) fn save_tasks(&self, inner: &mut Inner) -> std::io::Result<()> {
        inner.forget_old_tasks();
        self.store.write(&inner.kept())
    }

    /// Keeps the tasks where nothing better can be done than to say that they are not kept.
    pub(super) fn save_tasks_or_log(&self, inner: &mut Inner) {
        if let Err(error) = self.save_tasks(inner) {
            tracing::error!("the queue is not kept: {error}");
        }
    }
}

fn queued(inner: &Inner) -> Vec<QueuedTask> {
    let waiting = inner.queue.iter().filter_map(|id| inner.tasks.get(id));
    waiting
        .enumerate()
        .map(|(place, entry)| QueuedTask {
            id: entry.record.id,
            instruction: entry.record.instruction.clone(),
            place,
            by: entry.record.by.clone(),
        })
        .collect()
}
