//! The arm behind the gate: only admitted motions reach it.

use std::fmt;
use std::sync::Arc;

use enact_arm::{ArmError, ArmState, ContactPolicy, ExecutionEnd, StopSwitch, TrajectoryExecutor};
use enact_ground::MotionSegment;
use enact_robot::{Gate, Robot};
use enact_types::{JointVector, Refusal};

use crate::event::Event;
use crate::observers::Observers;
use crate::slowdown::Slowdown;

/// Largest distance of each joint from home that counts as at home, radians.
const AT_HOME: f64 = 0.02;

/// An arm that carries out whole trajectories, and the gate that admits its motions.
pub(crate) struct GatedArm {
    robot: Arc<Robot>,
    gate: Gate,
    arm: Box<dyn TrajectoryExecutor>,
    slowdown: Slowdown,
}

/// The reason why a motion did not reach its end.
pub(crate) enum Interruption {
    Stopped,
    Refused(Refusal),
    UnexpectedContact(String),
}

impl fmt::Display for Interruption {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => formatter.write_str("it was stopped"),
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::UnexpectedContact(reason) => formatter.write_str(reason),
        }
    }
}

impl GatedArm {
    pub(crate) fn new(robot: Arc<Robot>, arm: Box<dyn TrajectoryExecutor>) -> Self {
        Self {
            gate: Gate::new(&robot),
            robot,
            arm,
            slowdown: Slowdown::default(),
        }
    }

    pub(crate) fn robot(&self) -> &Arc<Robot> {
        &self.robot
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    pub(crate) fn stop_switch(&self) -> StopSwitch {
        self.arm.stop_switch()
    }

    /// Allows free motion at full speed again.
    pub(crate) fn end_caution(&mut self) {
        self.slowdown = Slowdown::default();
    }

    /// Reads the arm while it stands.
    pub(crate) fn state(&self, observers: &mut Observers<'_>) -> Result<ArmState, ArmError> {
        let state = self.arm.state()?;
        observers.notify(&Event::StateRead(&state));
        Ok(state)
    }

    /// Returns the last command, or the measured position before the first command.
    pub(crate) fn commanded_or_measured(
        &self,
        observers: &mut Observers<'_>,
    ) -> Result<JointVector, ArmError> {
        Ok(self.state(observers)?.commanded_or_measured().clone())
    }

    /// Returns whether the arm has been sent home and is there.
    pub(crate) fn is_home(&self, state: &ArmState) -> bool {
        let home = self.robot.home();
        let mut arm = 0..self.robot.arm_joints().len();
        state.commanded.is_some()
            && arm.all(|joint| (state.position[joint] - home[joint]).abs() < AT_HOME)
    }

    /// Sends a segment of a motion through the gate to the arm and waits until it stands again.
    /// Sets `moved` if the arm has moved.
    pub(crate) fn follow_motion(
        &mut self,
        segment: &MotionSegment,
        moved: &mut bool,
        observers: &mut Observers<'_>,
    ) -> Result<Option<Interruption>, ArmError> {
        let state = self.state(observers)?;
        let start = state.as_start_state();
        let admit = |samples| {
            self.gate
                .admit_among_obstacles(samples, &start, &segment.around)
        };
        let slow = self.slowdown.slow_samples(segment);
        let trajectory = match slow.and_then(|samples| admit(samples).ok()) {
            Some(trajectory) => trajectory,
            None => match admit(segment.samples.clone()) {
                Ok(trajectory) => trajectory,
                Err(refusal) => return Ok(Some(Interruption::Refused(refusal))),
            },
        };
        if self.stop_switch().is_pressed() {
            return Ok(Some(Interruption::Stopped));
        }
        let contact = if segment.contact_expected {
            ContactPolicy::Expected
        } else {
            ContactPolicy::Limit(self.robot.contact_effort_ratio())
        };
        observers.notify(&Event::MotionStarted {
            purpose: segment.purpose.name(),
            trajectory: &trajectory,
            contact,
        });
        let execution = self.arm.execute(trajectory, &segment.around, contact)?;
        observers.notify(&Event::MotionEnded(&execution));
        *moved |= execution.followed > 0;
        self.slowdown.note_end(&execution.end);
        Ok(match execution.end {
            ExecutionEnd::Finished => None,
            ExecutionEnd::Stopped => Some(Interruption::Stopped),
            ExecutionEnd::Fault(refusal) => {
                Some(Interruption::UnexpectedContact(refusal.to_string()))
            }
            ExecutionEnd::Contact { joint, .. } => Some(Interruption::UnexpectedContact(format!(
                "joint `{joint}` met resistance"
            ))),
        })
    }
}
