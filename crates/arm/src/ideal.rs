//! An arm without inertia, for tests and dry runs.

use std::time::Duration;

use enact_robot::{Command, Robot};
use enact_types::{JointVector, Stamp};

use crate::{Arm, ArmError, ArmState};

/// An arm that reaches each command one control period later, on a clock that counts commands.
#[derive(Clone, Debug)]
pub struct IdealArm {
    period: Duration,
    state: ArmState,
}

impl IdealArm {
    /// Creates an arm at the robot's home.
    pub fn new(robot: &Robot) -> Self {
        Self::at_position(robot, robot.home().clone())
    }

    /// Creates an arm at these positions of all joints.
    pub fn at_position(robot: &Robot, position: JointVector) -> Self {
        let zeros = JointVector::zeros(position.len());
        Self {
            period: robot.control_period(),
            state: ArmState {
                stamp: Stamp::ZERO,
                position,
                velocity: zeros.clone(),
                effort: zeros,
                commanded: None,
                alarm: None,
            },
        }
    }
}

impl Arm for IdealArm {
    fn state(&mut self) -> Result<ArmState, ArmError> {
        Ok(self.state.clone())
    }

    fn cycle(&mut self, command: &Command) -> Result<ArmState, ArmError> {
        let target = command.positions();
        let before = self.state.position.iter();
        self.state.velocity = target
            .iter()
            .zip(before)
            .map(|(to, from)| (to - from) / self.period.as_secs_f64())
            .collect();
        self.state.position = target.clone();
        self.state.commanded = Some(target.clone());
        self.state.stamp = self.state.stamp.later_by(self.period);
        Ok(self.state.clone())
    }
}
